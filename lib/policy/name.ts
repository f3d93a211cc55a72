/** The name of a role: what a step asks for, and the name of its file (threat T43). */
export const ROLE_NAME = /^[a-z0-9-]{1,64}$/;

/** The ARN of a role of AWS IAM. */
export const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;
/** The ARN of a managed policy of AWS IAM: of an account, or of AWS. */
export const POLICY_ARN = /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,576}$/;
