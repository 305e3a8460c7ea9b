public import Core

/// All that is known of an order from what its shop has told. Facts are only ever added: the same ones added twice or in
/// another sequence make the same order, so it does not matter that shops repeat themselves and that a refund may be
/// heard of before the order.
public struct OrderFacts: Sendable, Hashable, Codable {
  /// By the shop's id of each.
  public var payments: [String: OrderPayment] = [:]
  /// By the shop's id of the payment, or another id that ``aliases`` leads from.
  public var reversals: [String: PaymentReversals] = [:]
  /// Of ids: `pi_1` is the payment of `in_1`.
  public var aliases: [String: String] = [:]
  /// What could be the click's id, each once, in ascending order.
  public var clickIDs: [ClickID] = []
  /// Of the customer: lower case, trimmed, SHA-256, in hex.
  public var emailHash: String?
  /// Of the customer's browser.
  public var address: IPAddress?

  public init() {}

  public mutating func add(_ other: OrderFacts) {
    for (key, payment) in other.payments { payments[key, default: payment].add(payment) }
    for (key, reversal) in other.reversals { reversals[key, default: reversal].add(reversal) }
    aliases.merge(other.aliases) { min($0, $1) }
    clickIDs = Set(clickIDs + other.clickIDs).sorted()
    emailHash = [emailHash, other.emailHash].compactMap { $0 }.min()
    address = [address, other.address].compactMap { $0 }.min { $0.description < $1.description }
  }
}

/// What an order amounts to: the conversion of each of its payments.
public struct OrderConversion: Sendable, Hashable {
  public var type: ConversionType
  public var transactionID: String
  public var status: ConversionStatus
  public var payout: Money
  public var scheme: SchemeStatus
  /// The shop's word for it.
  public var word: String?
  /// The transaction that it follows.
  public var parentTransactionID: String?
  /// What was bought, as far as the shop says.
  public var products: [PurchasedProduct] = []
}

extension OrderFacts {
  /// The sale first, then what follows it. Empty while nothing is known of the sale itself.
  ///
  /// As facts are added, a conversion moves from hold to sale to rejected and never back, which are legal moves.
  public var conversions: [OrderConversion] {
    let known = payments.filter { $0.value.statement != nil }
    guard let sale = known.filter({ $0.value.kind == .sale }).min(by: { $0.key < $1.key }) else { return [] }
    let rebills = known.filter { $0.value.kind == .rebill && $0.value.statement?.amount != .zero }
      .sorted { ($0.value.begin, $0.key) < ($1.value.begin, $1.key) }
    return ([(sale.key, sale.value)] + rebills.map { ($0.key, $0.value) }).compactMap { key, payment in
      conversion(of: payment, reversedBy: reversals(of: key), parent: sale.value.transactionID)
    }
  }

  private func conversion(
    of payment: OrderPayment, reversedBy reversals: PaymentReversals, parent: String
  ) -> OrderConversion? {
    guard let statement = payment.statement else { return nil }
    let refunded = min(reversals.refunded(of: statement), statement.amount)
    let lost = reversals.disputed(.lost)
    let rest = max(statement.amount - refunded - min(lost + reversals.disputed(.open), statement.amount), .zero)
    let isReversed = statement.amount > .zero && refunded + min(lost, statement.amount) >= statement.amount
    let scheme: SchemeStatus
    let word: String?
    // In the sequence of the scheme: a cancelled order may be refunded, a refunded one charged back, and never the reverse.
    if isReversed {
      scheme = lost > .zero ? .chargeback : .refunded
      word = scheme.rawValue
    } else if payment.isCancelled || payment.hasFallenThrough {
      scheme = .cancelled
      word = payment.isCancelled ? "cancelled" : statement.word
    } else if payment.paidAt != nil {
      scheme = .sale
      let isPartlyRefunded = refunded > .zero
      word = reversals.disputed(.open) > .zero ? "disputed" : isPartlyRefunded ? "partially_refunded" : statement.word
    } else {
      scheme = ["on-hold", "failed"].contains(statement.word) ? .onHold : .pending
      word = statement.word
    }
    return OrderConversion(
      type: payment.kind == .rebill ? .rebill : .sale, transactionID: payment.transactionID, status: scheme.status,
      payout: Money(scheme == .sale ? rest : statement.amount, statement.currency), scheme: scheme, word: word,
      parentTransactionID: payment.kind == .rebill ? parent : nil, products: statement.products ?? [])
  }

  /// All that is known of a payment under any of its ids.
  private func reversals(of key: String) -> PaymentReversals {
    var all = PaymentReversals()
    for (id, reversals) in reversals where payment(of: id) == key { all.add(reversals) }
    return all
  }

  private func payment(of id: String) -> String {
    var id = id
    for _ in 0..<8 {
      guard payments[id] == nil, let next = aliases[id] else { return id }
      id = next
    }
    return id
  }
}
