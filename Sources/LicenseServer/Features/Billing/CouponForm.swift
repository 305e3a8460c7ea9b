import Billing
import Core
import Database
import Web

/// What staff fill in for a new coupon.
struct CouponForm: Sendable {
  let code: String
  let name: String
  let reduction: Coupon.Reduction
  let periods: Int?
  let maxRedemptions: Int?
  let redeemableUntil: Timestamp?

  static let schema = Schema.object([
    .required("code", .string), .required("name", Schema.string.described("Stands on the invoice.")),
    .optional("percent_off", Schema.string.nullable), .optional("amount_off", Schema.money.nullable),
    .optional("currency", Schema.string.nullable),
    .optional("periods", Schema.integer.described("How many periods it lowers; all unless given.").nullable),
    .optional("max_redemptions", Schema.integer.nullable), .optional("redeemable_until", Schema.timestamp.nullable),
  ])

  init(_ fields: inout FieldReader) throws {
    let typed = fields.string("code", length: 3...60)
    let code = typed.flatMap { Coupon.code($0) }
    if typed != nil, code == nil { fields.fault("code", "code", "must be 3 to 40 letters, digits and dashes") }
    let name = fields.string("name", length: 1...100)
    let reduction = Self.reduction(&fields)
    let periods = fields.optionalInt("periods", range: 1...120) ?? nil
    let most = fields.optionalInt("max_redemptions", range: 1...1_000_000_000) ?? nil
    redeemableUntil = fields.optionalTimestamp("redeemable_until") ?? nil
    try fields.finish()
    guard let code, let name, let reduction else { throw Problem.internalError() }
    self.code = code
    self.name = name
    self.reduction = reduction
    self.periods = periods.map { Int($0) }
    maxRedemptions = most.map { Int($0) }
  }

  private static func reduction(_ fields: inout FieldReader) -> Coupon.Reduction? {
    let percent = (fields.optionalString("percent_off", length: 0...9) ?? nil).flatMap { $0.isEmpty ? nil : $0 }
    let amount = (fields.optionalString("amount_off", length: 0...30) ?? nil).flatMap { $0.isEmpty ? nil : $0 }
    let currency = fields.optionalCurrency("currency") ?? nil
    guard (percent == nil) != (amount == nil) else {
      fields.fault("percent_off", "required", "must be given, or amount_off, and not both")
      return nil
    }
    if let percent {
      guard let rate = Rate(percent: percent), rate != .zero else {
        fields.fault("percent_off", "range", "must be above 0 and at most 100, such as \"12.5\"")
        return nil
      }
      if currency != nil { fields.fault("currency", "unfit", "is only given with amount_off") }
      return .percent(rate)
    }
    guard let currency else {
      fields.fault("currency", "required", "is required with amount_off")
      return nil
    }
    guard let money = Money(decimal: amount ?? "", currency: currency), money.isPositive else {
      fields.fault("amount_off", "amount", "must be a decimal amount above zero such as \"10.50\"")
      return nil
    }
    return .amount(money)
  }

  func create(by actor: Actor, database: ConnectionPool, at now: Timestamp) async throws -> Coupon {
    try await database.transaction { connection in
      let coupon = try await CouponStore(connection).create(
        code: code, name: name, reduction: reduction, periods: periods, maxRedemptions: maxRedemptions,
        redeemableUntil: redeemableUntil, at: now)
      guard let coupon else { throw Problem.conflict("There is a coupon with this code already.", field: "code") }
      try await AuditStore(connection).append(
        AuditEntry(action: "coupon.create", subject: "coupon:\(coupon.id)", after: coupon.json), by: actor, at: now)
      return coupon
    }
  }

  static func set(
    _ id: Int64, isActive: Bool, by actor: Actor, in database: ConnectionPool, at now: Timestamp
  ) async throws -> Coupon {
    try await database.transaction { connection in
      let store = CouponStore(connection)
      guard let former = try await store.find(id), let coupon = try await store.set(id, isActive: isActive) else {
        throw Problem.notFound("coupon")
      }
      guard former.isActive != isActive else { return coupon }
      try await AuditStore(connection).append(
        AuditEntry(action: "coupon.change", subject: "coupon:\(id)", before: former.json, after: coupon.json),
        by: actor, at: now)
      return coupon
    }
  }
}
