import Billing
import Core
import Database
import Licensing

/// A licence as its reseller sees it: who has it, what it is charged, how it goes on.
struct ResellerLicense: Sendable, Identifiable {
  let license: License
  let resellerID: Int64
  let period: BillingPeriod
  /// What the customer pays the reseller for one period.
  let retail: Money
  /// Whether another period follows.
  let renews: Bool
  /// The first period's start; all later ones are counted from it.
  let anchor: Timestamp
  /// Of the newest period that is charged.
  let periodEnd: Timestamp
  /// Suspended because its reseller is.
  let isSuspendedWithReseller: Bool

  var id: Int64 { license.id }

  func json(at now: Timestamp) -> JSONValue {
    [
      "id": .int(id), "plan": .string(license.plan.slug), "status": .string(license.status(at: now).rawValue),
      "customer_id": .int(license.customerID), "customer_email": .string(license.customerEmail.description),
      "key_last_four": .string(license.keyLastFour), "interval": .string(period.rawValue),
      "retail": .string(retail.decimal), "currency": .string(retail.currency.code), "renews": .bool(renews),
      "period_end": JSONValue(periodEnd), "expires_at": JSONValue(license.expiresAt),
      "max_instances": .int(license.maxInstances), "active_instances": .int(license.activeInstances),
      "features": license.entitlements.featuresJSON, "limits": license.entitlements.limitsJSON,
      "created_at": JSONValue(license.createdAt),
    ]
  }
}

/// One period of a licence in the margin ledger.
struct ResellerCharge: Sendable, Identifiable {
  let id: Int64
  let licenseID: Int64
  let customerEmail: EmailAddress
  let plan: String
  let period: BillingPeriod
  let start: Timestamp
  let end: Timestamp
  let wholesale: Money
  let retail: Money
  let chargedAt: Timestamp
  let statementID: Int64?

  var margin: Money { get throws(MoneyFault) { try retail.subtracting(wholesale) } }

  var json: JSONValue {
    get throws(MoneyFault) {
      [
        "id": .int(id), "license_id": .int(licenseID), "customer_email": .string(customerEmail.description),
        "plan": .string(plan), "interval": .string(period.rawValue), "period_start": JSONValue(start),
        "period_end": JSONValue(end), "wholesale": .string(wholesale.decimal), "retail": .string(retail.decimal),
        "margin": .string(try margin.decimal), "currency": .string(wholesale.currency.code),
        "charged_at": JSONValue(chargedAt), "statement_id": JSONValue(statementID),
      ]
    }
  }
}

/// What a month has come to for a reseller.
struct ResellerStatement: Sendable, Identifiable {
  let id: Int64
  let resellerID: Int64
  /// Its first day.
  let month: LocalDate
  let wholesale: Money
  let retail: Money
  /// How many licence periods it charges.
  let periods: Int
  /// Nil when nothing was owed.
  let invoiceID: Int64?
  let invoiceNumber: String?
  let invoiceStatus: Invoice.Status?
  let issuedAt: Timestamp

  /// `2026-11`
  var monthName: String { String(month.description.prefix(7)) }
  var margin: Money { get throws(MoneyFault) { try retail.subtracting(wholesale) } }

  var json: JSONValue {
    get throws(MoneyFault) {
      [
        "id": .int(id), "month": .string(monthName), "wholesale": .string(wholesale.decimal),
        "retail": .string(retail.decimal), "margin": .string(try margin.decimal),
        "currency": .string(wholesale.currency.code), "periods": .int(periods), "invoice_id": JSONValue(invoiceID),
        "invoice_number": JSONValue(invoiceNumber), "invoice_status": JSONValue(invoiceStatus?.rawValue),
        "issued_at": JSONValue(issuedAt),
      ]
    }
  }
}
