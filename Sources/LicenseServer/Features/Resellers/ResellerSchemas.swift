import Billing
import Core
import Security
import Web

/// What resellers' things look like in the API's document.
enum ResellerSchemas {
  static func define<Place, Session>(in table: inout RouteTable<Place, Session>) {
    table.define("reseller", reseller)
    table.define("reseller_use", use)
    table.define("reseller_license", license)
    table.define("reseller_charge", charge)
    table.define("reseller_statement", statement)
  }

  private static let interval = Schema.choice(BillingPeriod.allCases.map(\.rawValue))

  private static let price = Schema.object([
    .optional("plan", .string.nullable), .required("interval", interval), .required("amount", .money),
  ])

  static let wholesale = Schema.object([
    .required("kind", .choice(WholesalePricing.Kind.allCases.map(\.rawValue))),
    .optional("percent_off", .string.nullable.described("Of a percentage: off our list price.")),
    .optional("prices", .array(price)),
  ])

  static let agreement = Schema.object([
    .required("currency", .string), .required("wholesale", wholesale), .required("plans", .array(.string)),
    .required("max_licenses", .integer), .required("max_instances", .integer), .required("max_tenants", .integer),
    .required("white_label", .boolean),
    .required("may_hide_powered_by", .boolean), .required("grace_days", .integer),
  ])

  static let reseller = Schema.object([
    .required("id", .integer), .required("name", .string), .required("email", .email),
    .required("customer_id", .integer.described("The customer that the statements' invoices go to.")),
    .required("status", .choice(Reseller.Status.allCases.map(\.rawValue))),
    .required("suspended_at", .timestamp.nullable),
    .required(
      "grace_until", .timestamp.nullable.described("Until then a suspended reseller's customers keep working.")),
    .required("agreement", agreement), .required("portal_domain", .string.nullable),
    .required("created_at", .timestamp),
  ])

  static let newReseller = Schema.object([
    .required("name", .string), .required("email", .email),
    .optional("password", .string.nullable.described("Absent: the answer has an invitation link.")),
    .required("currency", .string), .required("wholesale", wholesale), .required("plans", .array(.string)),
    .required("max_licenses", .integer), .optional("max_instances", .integer.nullable),
    .optional("max_tenants", .integer.nullable.described("Hosted tenants of its customers at most; none if absent.")),
    .optional("white_label", .boolean), .optional("may_hide_powered_by", .boolean),
    .optional("grace_days", .integer), .optional("portal_domain", .string.nullable),
  ])

  static let created = Schema.object([
    .required("id", .integer), .required("name", .string), .required("email", .email),
    .required("status", .string), .required("agreement", agreement), .required("portal_domain", .string.nullable),
    .required("created_at", .timestamp), .required("invitation_url", Schema.url.nullable),
  ])

  static let changes = Schema.object([
    .optional("name", .string), .optional("wholesale", wholesale), .optional("plans", .array(.string)),
    .optional("max_licenses", .integer), .optional("max_instances", .integer), .optional("max_tenants", .integer),
    .optional("white_label", .boolean),
    .optional("may_hide_powered_by", .boolean), .optional("grace_days", .integer),
    .optional("portal_domain", .string.nullable),
  ])

  static let user = Schema.object([
    .required("id", .integer), .required("email", .email), .required("name", .string),
    .required("role", .choice(ResellerRole.allCases.map(\.rawValue))),
    .required("status", .choice(["active", "disabled", "invited"])), .required("last_login_at", .timestamp.nullable),
    .required("created_at", .timestamp),
  ])

  static let use = Schema.object([
    .required("plans", .array(.string)), .required("licenses", .integer), .required("instances", .integer),
  ])

  static let customer = Schema.object([
    .required("id", .integer), .required("email", .email), .required("name", .string), .required("licenses", .integer),
    .required("created_at", .timestamp),
  ])

  private static let licenseProperties: [Schema.Property] = [
    .required("id", .integer), .required("plan", .string), .required("status", .string),
    .required("customer_id", .integer), .required("customer_email", .email), .required("key_last_four", .string),
    .required("interval", interval), .required("retail", .money), .required("currency", .string),
    .required("renews", .boolean), .required("period_end", .timestamp), .required("expires_at", .timestamp.nullable),
    .required("max_instances", .integer), .required("active_instances", .integer),
    .required("features", .array(.string)), .required("limits", .map(.integer.nullable)),
    .required("created_at", .timestamp),
  ]

  static let license = Schema.object(licenseProperties)
  static let soldLicense = Schema.object(licenseProperties + [.required("key", .string)])

  static let offer = Schema.object([
    .required("plan", .string), .required("interval", interval), .required("wholesale", .money),
    .required("retail", Schema.money.nullable), .required("currency", .string),
  ])

  static let charge = Schema.object([
    .required("id", .integer), .required("license_id", .integer), .required("customer_email", .email),
    .required("plan", .string), .required("interval", interval), .required("period_start", .timestamp),
    .required("period_end", .timestamp), .required("wholesale", .money), .required("retail", .money),
    .required("margin", .money), .required("currency", .string), .required("charged_at", .timestamp),
    .required("statement_id", .integer.nullable),
  ])

  static let statement = Schema.object([
    .required("id", .integer), .required("month", .string), .required("wholesale", .money),
    .required("retail", .money), .required("margin", .money), .required("currency", .string),
    .required("periods", .integer), .required("invoice_id", .integer.nullable),
    .required("invoice_number", .string.nullable), .required("invoice_status", .string.nullable),
    .required("issued_at", .timestamp),
  ])

  static let brand = Schema.object([
    .required("id", .integer), .required("domain", .string.nullable), .required("product_name", .string),
    .required("logo_url", .string.nullable), .required("favicon_url", .string.nullable),
    .required("colors", .map(.string.nullable)), .required("css_variables", .map(.map(.string))),
    .required("support_email", .string.nullable), .required("support_url", .string.nullable),
    .required("sender_name", .string.nullable), .required("hides_powered_by", .boolean),
    .required("updated_at", .timestamp),
  ])

  static let brandSettings = Schema.object([
    .optional("domain", .string.nullable.described("A tracker's public domain; null for all others.")),
    .required("product_name", .string),
    .optional("logo", .string.nullable.described("A PNG or JPEG file in base64url; absent keeps it.")),
    .optional("favicon", .string.nullable.described("A PNG or ICO file in base64url; absent keeps it.")),
    .optional("colors", .object([.optional("primary", .string.nullable), .optional("link", .string.nullable)])),
    .optional("css_variables", .map(.map(.string))), .optional("support_email", .string.nullable),
    .optional("support_url", .string.nullable), .optional("sender_name", .string.nullable),
    .optional("hides_powered_by", .boolean),
  ])

  /// A new reseller with the link by which its first user comes in.
  static func created(_ reseller: Reseller, _ invitation: SecretToken?, _ publicURL: String) -> JSONValue {
    var object = reseller.json.objectValue ?? [:]
    object["invitation_url"] = JSONValue(invitation.map { ResellerEntrancePages.invitation($0, publicURL) })
    return .object(object)
  }
}
