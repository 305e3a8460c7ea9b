import Billing
import Licensing
import Web

extension LicenseStaffAPI {
  private static let overrides = Schema.object([
    .optional("limits", .object([.optional("users", .integer.nullable)])),
    .optional("extra_users", .integer.described("On top of the plan's, or of limits.")),
    .optional("features", .array(.choice(Feature.allCases.map(\.rawValue)))),
    .optional(
      "expires_at", .timestamp.nullable.described("A licence that expires lasts to here, whatever is paid for.")),
  ])

  private static let members: [Schema.Property] = [
    .required("id", .integer), .required("plan", .string),
    .required("status", .choice(LicenseStatus.allCases.map(\.rawValue))), .required("customer_id", .integer),
    .required("customer_email", .email), .required("key_last_four", .string),
    .required("expires_at", .timestamp.nullable), .required("overdue_until", .timestamp.nullable),
    .required("max_instances", .integer), .required("active_instances", .integer),
    .required("transfer_allowance", .integer), .required("features", .array(.string)),
    .required("limits", .object([.required("users", .integer.nullable)])), .required("overrides", overrides),
    .required("tags", .array(.string)),
    .required(
      "trial",
      Schema.object([.required("started_at", .timestamp), .required("converted_at", .timestamp.nullable)]).nullable),
    .required("clone_suspected", .boolean), .required("over_limit", .boolean),
    .required("subscription_id", .integer.nullable), .required("created_at", .timestamp),
    .required("updated_at", .timestamp),
  ]

  static let schema = Schema.object(members)

  static let issuedSchema = Schema.object(
    members + [
      .required("key", .uuid.described("In full, and only here.")),
      .optional("former_key_valid_until", .timestamp),
    ])

  static let filters: [QueryParameter] =
    .page + [
      QueryParameter("customer_email", .email, "Of this customer."),
      QueryParameter("customer_id", .integer, "Of this customer."),
      QueryParameter("plan", .string, "On this plan."),
      QueryParameter("status", .string, "active, overdue, expired, suspended or revoked."),
      QueryParameter("tag", .string, "With this tag."),
      QueryParameter("expiring_within_days", .integer, "Ending within so many days, 1 to 3650."),
      QueryParameter("clone_suspected", .boolean, "With, or without, an open alarm about a copy."),
      QueryParameter("over_limit", .boolean, "With more instances or users than allowed, or not."),
      QueryParameter("trial", .boolean, "Trials that nobody has paid for, or all others."),
    ]

  static let newLicense = Schema.object([
    .required("plan", .string), .required("customer_email", .email),
    .optional("expires_at", .timestamp.nullable.described("Never, unless given.")),
    .optional("max_instances", .integer.described("1 unless given.")), .optional("overrides", overrides),
    .optional("trial_days", .integer.described("To be tried out for so many days, 1 to 90; it ends then unless paid.")),
    .optional("allow_another_trial", .boolean.described("Although the address or its domain has had one.")),
    .optional("tags", .array(.string)),
  ])

  static let changes = Schema.object([
    .optional("max_instances", .integer), .optional("transfer_allowance", .integer),
    .optional("overrides", overrides),
  ])

  static let renewal = Schema.object([
    .optional("expires_at", .timestamp.nullable.described("The new end.")),
    .optional(
      "interval", .choice(BillingPeriod.allCases.map(\.rawValue)).described("Or on by this; a year unless given.")),
  ])

  static let rotation = Schema.object([
    .optional("overlap_hours", .integer.described("How long the old key works on, 0 to 720; 168 unless given."))
  ])

  static let planChange = Schema.object([
    .required("from", .string), .required("to", .string), .required("applied", .boolean),
    .required("limits", .map(.object([.required("users", .integer.nullable)]))),
    .required("features_gained", .array(.string)), .required("features_lost", .array(.string)),
    .required(
      "over_limit",
      .array(
        .object([
          .required("limit", .string), .required("allowed", .integer), .required("used", .integer),
          .required("instance_id", .integer),
        ]))),
    .required("quote", Schema.ref("plan_change_quote").nullable),
    .required("license", Schema.ref("license").nullable),
  ])
}
