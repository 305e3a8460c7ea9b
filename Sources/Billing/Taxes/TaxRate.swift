public import Core

/// The tax on what customers of one country buy.
public struct TaxRate: Hashable, Sendable, Identifiable {
  public let id: Int64
  /// As it stands on the invoice: `VAT`.
  public let name: String
  /// ISO 3166-1: `DE`.
  public let country: String
  public let rate: Rate
  /// Our prices contain it; otherwise it comes on top.
  public let isInclusive: Bool
  /// A customer who gives a VAT id is charged none and owes it himself. Not for the vendor's own country.
  public let hasReverseCharge: Bool
  public let isActive: Bool
  public let createdAt: Timestamp

  public init(
    id: Int64, name: String, country: String, rate: Rate, isInclusive: Bool, hasReverseCharge: Bool, isActive: Bool,
    createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.country = country
    self.rate = rate
    self.isInclusive = isInclusive
    self.hasReverseCharge = hasReverseCharge
    self.isActive = isActive
    self.createdAt = createdAt
  }
}

/// What tax an invoice has.
public enum TaxTreatment: Hashable, Sendable {
  /// None is owed to us.
  case none
  case rate(TaxRate)
  /// The customer owes it: the invoice says so and has none.
  case reverseCharge(TaxRate)
  /// A provider has worked it out.
  case stated(Money, label: String, isInclusive: Bool)

  /// What a customer with these details is charged when his country has this rate.
  public init(_ rate: TaxRate?, for details: BillingDetails?) {
    guard let rate else {
      self = .none
      return
    }
    self = rate.hasReverseCharge && details?.vatID != nil ? .reverseCharge(rate) : .rate(rate)
  }

  /// The tax on an amount as we price it.
  public func tax(on amount: Money) throws(MoneyFault) -> Money {
    switch self {
    case .none, .reverseCharge: .zero(amount.currency)
    case .rate(let rate): try rate.isInclusive ? amount.contained(rate.rate) : amount.at(rate.rate)
    case .stated(let tax, _, _): tax
    }
  }

  /// The amounts contain the tax.
  public var isInclusive: Bool {
    switch self {
    // A reverse-charged customer of an inclusive country pays the price as it stands: we owe nothing out of it.
    case .none, .reverseCharge: false
    case .rate(let rate): rate.isInclusive
    case .stated(_, _, let isInclusive): isInclusive
    }
  }

  /// As it stands on the invoice: `VAT 19 %`; empty for none.
  public var label: String {
    switch self {
    case .none: ""
    case .rate(let rate): "\(rate.name) \(rate.rate.percent) %"
    case .reverseCharge(let rate): "\(rate.name): reverse charge"
    case .stated(_, let label, _): label
    }
  }

  var rateID: Int64? {
    switch self {
    case .none, .stated: nil
    case .rate(let rate), .reverseCharge(let rate): rate.id
    }
  }

  var charged: Rate {
    switch self {
    case .rate(let rate): rate.rate
    case .none, .reverseCharge, .stated: .zero
    }
  }

  var isReverseCharge: Bool {
    if case .reverseCharge = self { true } else { false }
  }
}
