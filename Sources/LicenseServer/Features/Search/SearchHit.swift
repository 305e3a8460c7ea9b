import Core
import Web

/// What the staff's search finds, in the order it is shown.
enum SearchKind: String, CaseIterable, Sendable {
  case customer, license, invoice, subscription, tenant, reseller

  var section: StaffSection {
    switch self {
    case .customer: .customers
    case .license: .licences
    case .invoice, .subscription: .billing
    case .tenant: .tenants
    case .reseller: .resellers
    }
  }

  /// As the menu calls it.
  var group: String {
    switch self {
    case .customer: "Customers"
    case .license: "Licences"
    case .invoice: "Invoices"
    case .subscription: "Subscriptions"
    case .tenant: "Hosted tenants"
    case .reseller: "Resellers"
    }
  }
}

/// One thing that fits what was searched for.
struct SearchHit: Sendable, Hashable {
  let kind: SearchKind
  let id: Int64
  let title: String
  /// What tells it from others: a plan, a status, a name.
  let detail: String?

  /// Its page.
  var path: String { "/admin/\(kind.rawValue)s/\(id)" }

  var json: JSONValue {
    [
      "type": .string(kind.rawValue), "id": .int(id), "title": .string(title), "detail": JSONValue(detail),
      "group": .string(kind.group), "path": .string(path),
    ]
  }

  static let schema = Schema.object([
    .required("type", .choice(SearchKind.allCases.map(\.rawValue))), .required("id", .integer),
    .required("title", .string), .required("detail", .string.nullable),
    .required("group", Schema.string.described("What its kind is called in the menu.")),
    .required("path", Schema.string.described("Of its page.")),
  ])
}
