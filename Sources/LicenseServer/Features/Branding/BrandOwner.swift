import Core

/// Whose brand it is: a reseller's, for all its customers, or that of a customer with the white-label feature.
enum BrandOwner: Sendable, Hashable {
  case reseller(Int64)
  case customer(Int64)

  var resellerID: Int64? { if case .reseller(let id) = self { id } else { nil } }
  var customerID: Int64? { if case .customer(let id) = self { id } else { nil } }

  /// For the audit log.
  var subject: String {
    switch self {
    case .reseller(let id): "reseller:\(id)"
    case .customer(let id): "customer:\(id)"
    }
  }
}
