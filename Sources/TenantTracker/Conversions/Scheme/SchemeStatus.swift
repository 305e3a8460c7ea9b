/// Where an order stands, in the eight words of e-commerce. Each stands for one status, which alone decides what counts.
public enum SchemeStatus: String, Sendable, Hashable, CaseIterable {
  case cart, checkout, pending, sale
  case onHold = "on_hold"
  case refunded, chargeback, cancelled

  /// What it means for reports: the one table between the scheme and the API's statuses.
  public var status: ConversionStatus {
    switch self {
    case .cart, .checkout, .pending, .onHold: .hold
    case .sale: .sale
    case .refunded, .chargeback, .cancelled: .rejected
    }
  }

  /// What a conversion is called whose status says all there is to say; nil where several words would fit.
  public init?(only status: ConversionStatus) {
    let alike = Self.allCases.filter { $0.status == status }
    guard alike.count == 1 else { return nil }
    self = alike[0]
  }

  /// The words an order may move on to. Between two statuses the scheme allows what the statuses allow, never less, so
  /// that it changes no figure; within one it goes forward only:
  ///
  /// | from | to, in the same status |
  /// |---|---|
  /// | cart | checkout, pending, on hold |
  /// | checkout | pending, on hold |
  /// | pending | on hold |
  /// | on hold | pending |
  /// | cancelled | refunded, chargeback |
  /// | refunded | chargeback |
  /// | chargeback | refunded |
  public var successors: Set<SchemeStatus> {
    let onward = Self.allCases.filter { status.successors.contains($0.status) }
    return sideways.union(onward)
  }

  private var sideways: Set<SchemeStatus> {
    switch self {
    case .cart: [.checkout, .pending, .onHold]
    case .checkout: [.pending, .onHold]
    case .pending: [.onHold]
    case .onHold: [.pending]
    case .sale: []
    case .cancelled: [.refunded, .chargeback]
    case .refunded: [.chargeback]
    case .chargeback: [.refunded]
    }
  }
}

extension SchemeStatus {
  /// As people read it.
  public var title: String {
    switch self {
    case .cart: "Cart"
    case .checkout: "Checkout"
    case .pending: "Pending"
    case .sale: "Sale"
    case .onHold: "On Hold"
    case .refunded: "Refunded"
    case .chargeback: "Chargeback"
    case .cancelled: "Cancelled"
    }
  }

  public var icon: String {
    switch self {
    case .cart: "🛒"
    case .checkout: "💳"
    case .pending: "⏳"
    case .sale: "✅"
    case .onHold: "⏸️"
    case .refunded: "↩️"
    case .chargeback: "🚫"
    case .cancelled: "✖️"
    }
  }

  public var explanation: String {
    switch self {
    case .cart: "Customer added item to cart"
    case .checkout: "Customer started checkout"
    case .pending: "Payment being processed"
    case .sale: "Payment confirmed"
    case .onHold: "Under review (fraud check, etc.)"
    case .refunded: "Customer refunded"
    case .chargeback: "Payment disputed"
    case .cancelled: "Order cancelled before fulfillment"
    }
  }
}
