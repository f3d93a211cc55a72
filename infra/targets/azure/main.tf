# An application of Microsoft Entra for one role of kite-sts, and what it may do. Apply it once for each role.

terraform {
  required_version = ">= 1.5"
  required_providers {
    azuread = { source = "hashicorp/azuread", version = ">= 3.0" }
    azurerm = { source = "hashicorp/azurerm", version = ">= 4.0" }
  }
}

variable "broker_url" {
  type        = string
  description = "The url of broker.yml, to the letter. Entra must reach it, since it fetches our keys from there."

  validation {
    condition     = can(regex("^https://[A-Za-z0-9.-]+$", var.broker_url))
    error_message = "An https URL without a trailing slash."
  }
}

variable "role" {
  type        = string
  description = "The name of the role of kite-sts."

  validation {
    condition     = can(regex("^[a-z0-9-]{1,64}$", var.role))
    error_message = "The name of a role is 1 to 64 of a-z, 0-9 and -."
  }
}

variable "cloud" {
  type        = string
  description = "As the role of kite-sts says it."
  default     = "public"

  validation {
    condition     = contains(["public", "us-government", "china"], var.cloud)
    error_message = "One of public, us-government, china."
  }
}

variable "grants" {
  type        = map(string)
  description = "By scope (a subscription, resource group or resource), the name of the Azure role that is granted there."
  default     = {}
}

locals {
  audiences = {
    public          = "api://AzureADTokenExchange"
    "us-government" = "api://AzureADTokenExchangeUSGov"
    china           = "api://AzureADTokenExchangeChina"
  }
}

data "azuread_client_config" "current" {}

resource "azuread_application" "role" {
  display_name = "kite-sts ${var.role}"
}

resource "azuread_service_principal" "role" {
  client_id = azuread_application.role.client_id
}

# Entra compares all three to the letter. The subject is of this one role of kite-sts.
resource "azuread_application_federated_identity_credential" "role" {
  application_id = azuread_application.role.id
  display_name   = "kite-sts"
  issuer         = var.broker_url
  subject        = "role:${var.role}"
  audiences      = [local.audiences[var.cloud]]
}

resource "azurerm_role_assignment" "grant" {
  for_each             = var.grants
  scope                = each.key
  role_definition_name = each.value
  principal_id         = azuread_service_principal.role.object_id
}

output "tenant_id" {
  description = "Write this as azure.tenant_id into the role of kite-sts."
  value       = data.azuread_client_config.current.tenant_id
}

output "client_id" {
  description = "Write this as azure.client_id into the role of kite-sts."
  value       = azuread_application.role.client_id
}
