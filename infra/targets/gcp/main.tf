# A project of Google Cloud that takes JWTs of kite-sts: a pool with kite-sts as its provider, and for each of its
# roles the service account that it may become. Apply it once for each project.

terraform {
  required_version = ">= 1.5"
  required_providers {
    google = { source = "hashicorp/google", version = ">= 5.0" }
  }
}

variable "project" {
  type        = string
  description = "The id of the project."
}

variable "broker_url" {
  type        = string
  description = "The url of broker.yml, to the letter. Google must reach it, since it fetches our keys from there."

  validation {
    condition     = can(regex("^https://[A-Za-z0-9.-]+$", var.broker_url))
    error_message = "An https URL without a trailing slash."
  }
}

variable "roles" {
  type        = map(string)
  description = "By the name of a role of kite-sts, the address of the service account that it may become; \"\" for none."

  validation {
    condition     = alltrue([for role in keys(var.roles) : can(regex("^[a-z0-9-]{1,64}$", role))])
    error_message = "The name of a role is 1 to 64 of a-z, 0-9 and -."
  }
}

variable "pool" {
  type    = string
  default = "ci-pool"
}

resource "google_project_service" "api" {
  for_each           = toset(["iam", "iamcredentials", "sts"])
  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

resource "google_iam_workload_identity_pool" "pool" {
  project                   = var.project
  workload_identity_pool_id = var.pool
  depends_on                = [google_project_service.api]
}

resource "google_iam_workload_identity_pool_provider" "kite_sts" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.pool.workload_identity_pool_id
  workload_identity_pool_provider_id = "kite-sts"
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  # Only these roles, whatever else kite-sts signs.
  attribute_condition = "assertion.sub in ${jsonencode([for role in keys(var.roles) : "role:${role}"])}"

  # Without allowed_audiences: the JWT must then be for this very provider.
  oidc {
    issuer_uri = var.broker_url
  }
}

locals {
  principals = { for role in keys(var.roles) : role =>
    "principal://iam.googleapis.com/${google_iam_workload_identity_pool.pool.name}/subject/role:${role}"
  }
}

# One subject, so one role of kite-sts: never the pool as a whole (principalSet://…/*).
resource "google_service_account_iam_member" "become" {
  for_each           = { for role, account in var.roles : role => account if account != "" }
  service_account_id = "projects/${var.project}/serviceAccounts/${each.value}"
  role               = "roles/iam.workloadIdentityUser"
  member             = local.principals[each.key]
}

output "audience" {
  description = "Write this as gcp.audience into the roles of kite-sts."
  value       = "//iam.googleapis.com/${google_iam_workload_identity_pool_provider.kite_sts.name}"
}

output "principals" {
  description = "By role: the principal to grant rights to, where no service account stands between."
  value       = local.principals
}
