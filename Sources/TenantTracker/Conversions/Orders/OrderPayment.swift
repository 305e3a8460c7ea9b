public import Core

/// One payment of an order: the order's own, or one that a subscription brings later.
public struct OrderPayment: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Codable {
    case sale, rebill
  }

  /// What the shop says of it at a time. The latest counts; of two at the same time always the same one.
  public struct Statement: Sendable, Hashable, Codable {
    public var at: Timestamp
    public var amount: Micros
    public var currency: Currency
    /// The same amount as the customer saw it, where that was another currency.
    public var shown: Shown?
    /// The shop's word for where it stands.
    public var word: String?
    /// What was bought; nil where the shop does not say.
    public var products: [PurchasedProduct]?

    public struct Shown: Sendable, Hashable, Codable {
      public var amount: Micros
      public var currency: Currency
    }

    public init(
      at: Timestamp, amount: Micros, currency: Currency, shown: Shown? = nil, word: String? = nil,
      products: [PurchasedProduct]? = nil
    ) {
      self.at = at
      self.amount = amount
      self.currency = currency
      self.shown = shown
      self.word = word
      self.products = products
    }

    fileprivate func isOutdated(by other: Statement) -> Bool {
      let key = (at, word ?? "", amount, currency.code, PurchasedProduct.order(products))
      return key
        < (other.at, other.word ?? "", other.amount, other.currency.code, PurchasedProduct.order(other.products))
    }
  }

  public var kind: Kind
  public var transactionID: String
  public var statement: Statement?
  /// The earliest moment it is known to have been paid at: from then on it is a sale.
  public var paidAt: Timestamp?
  /// The earliest moment at which the shop went to work on it, though it may not call it paid yet.
  public var acceptedAt: Timestamp?
  /// The latest moment at which paying failed.
  public var failedAt: Timestamp?
  public var isCancelled = false

  public init(kind: Kind, transactionID: String, statement: Statement? = nil) {
    self.kind = kind
    self.transactionID = transactionID
    self.statement = statement
  }

  /// Whether what was paid turned out not to be. An attempt that failed before counts for nothing: it can be repeated.
  var hasFallenThrough: Bool {
    guard let failedAt, let accepted = [paidAt, acceptedAt].compactMap({ $0 }).min() else { return false }
    return failedAt > accepted
  }

  /// What orders are sorted by.
  var begin: Timestamp { paidAt ?? statement?.at ?? Timestamp(seconds: 0) }

  mutating func add(_ other: OrderPayment) {
    if kind == .rebill, other.kind == .sale { kind = .sale }
    transactionID = min(transactionID, other.transactionID)
    if let latest = other.statement, statement?.isOutdated(by: latest) ?? true { statement = latest }
    paidAt = [paidAt, other.paidAt].compactMap { $0 }.min()
    acceptedAt = [acceptedAt, other.acceptedAt].compactMap { $0 }.min()
    failedAt = [failedAt, other.failedAt].compactMap { $0 }.max()
    isCancelled = isCancelled || other.isCancelled
  }
}
