import Billing
import Core
import Database
import Web

/// `/api/coupons`
struct CouponAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("coupon", Coupon.schema)
    table.on(
      .get, "/coupons", .read(.billing), "Coupons, the newest first", query: .page, answer: .page(of: .ref("coupon"))
    ) { call in
      .json(try await CouponStore(database).list(call.listRequest).json(\.json))
    }
    table.on(.get, "/coupons/{id}", .read(.billing), "One coupon", answer: .ref("coupon")) { call in
      guard let coupon = try await CouponStore(database).find(call.id()) else { throw Problem.notFound("coupon") }
      return .json(coupon.json)
    }
    table.on(
      .post, "/coupons", .write(.billing), "Adds a coupon: percent_off, or amount_off in a currency",
      body: .json(CouponForm.schema), answer: .ref("coupon"), status: 201, creates: true
    ) { call in
      var fields = try call.fields()
      let form = try CouponForm(&fields)
      let coupon = try await form.create(by: call.actor, database: database, at: clock.now())
      return .created(coupon.json, location: "/api/coupons/\(coupon.id)")
    }
    table.on(
      .patch, "/coupons/{id}", .write(.billing),
      "Withdraws a coupon or gives it again; subscriptions that have it keep it",
      body: .json(.object([.required("active", .boolean)])), answer: .ref("coupon"), handler: change)
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let isActive = fields.optionalBool("active") ?? nil
    if isActive == nil { fields.fault("active", "required", "is required") }
    try fields.finish()
    guard let isActive else { throw Problem.internalError() }
    return .json(try await CouponForm.set(id, isActive: isActive, by: call.actor, in: database, at: clock.now()).json)
  }
}

extension Coupon {
  static let schema = Schema.object([
    .required("id", .integer), .required("code", .string), .required("name", .string),
    .required("percent_off", Schema.string.described("Such as 12.5.").nullable),
    .required("amount_off", Schema.money.nullable), .required("currency", .string.nullable),
    .required("periods", Schema.integer.described("How many periods it lowers; null for all.").nullable),
    .required("max_redemptions", .integer.nullable), .required("redemptions", .integer),
    .required("redeemable_until", .timestamp.nullable), .required("active", .boolean),
    .required("created_at", .timestamp),
  ])

  var json: JSONValue {
    var percent: String?
    var amount: Money?
    switch reduction {
    case .percent(let rate): percent = rate.percent
    case .amount(let money): amount = money
    }
    return [
      "id": .int(id), "code": .string(code), "name": .string(name), "percent_off": JSONValue(percent),
      "amount_off": JSONValue(amount?.decimal), "currency": JSONValue(amount?.currency), "periods": JSONValue(periods),
      "max_redemptions": JSONValue(maxRedemptions), "redemptions": .int(redemptions),
      "redeemable_until": JSONValue(redeemableUntil), "active": .bool(isActive), "created_at": JSONValue(createdAt),
    ]
  }

  /// For people: `20 % off, 3 periods`.
  var words: String {
    let off =
      switch reduction {
      case .percent(let rate): "\(rate.percent) % off"
      case .amount(let money): "\(money) off"
      }
    guard let periods else { return "\(off), for ever" }
    return periods == 1 ? "\(off), once" : "\(off), \(periods) periods"
  }
}
