import Billing
import Licensing
import Web

extension LicenseStaffAPI {
  private static let overrides = Schema.object([
    .optional("limits", .object([.optional("users", .integer.nullable)])),
    .optional("features", .array(.choice(Feature.allCases.map(\.rawValue)))),
  ])

  private static let members: [Schema.Property] = [
    .required("id", .integer), .required("plan", .string),
    .required("status", .choice(LicenseStatus.allCases.map(\.rawValue))), .required("customer_id", .integer),
    .required("customer_email", .email), .required("key_last_four", .string),
    .required("expires_at", .timestamp.nullable), .required("overdue_until", .timestamp.nullable),
    .required("max_instances", .integer), .required("active_instances", .integer),
    .required("transfer_allowance", .integer), .required("features", .array(.string)),
    .required("limits", .object([.required("users", .integer.nullable)])), .required("overrides", overrides),
    .required("subscription_id", .integer.nullable), .required("created_at", .timestamp),
    .required("updated_at", .timestamp),
  ]

  static let schema = Schema.object(members)

  static let issuedSchema = Schema.object(
    members + [
      .required("key", .uuid.described("In full, and only here.")),
      .optional("former_key_valid_until", .timestamp),
    ])

  static let newLicense = Schema.object([
    .required("plan", .string), .required("customer_email", .email),
    .optional("expires_at", .timestamp.nullable.described("Never, unless given.")),
    .optional("max_instances", .integer.described("1 unless given.")), .optional("overrides", overrides),
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
    .required("license", Schema.ref("license").nullable),
  ])
}
