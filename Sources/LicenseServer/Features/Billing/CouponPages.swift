import Billing
import Core
import Database
import Web

/// The staff's pages on coupons.
struct CouponPages: Sendable {
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/coupons"

  func register(in table: inout StaffTable) {
    table.page("/coupons", .read(.billing), "Coupons") { call in try await list(call, nil) }
    table.action("/coupons", .write(.billing), "Adds a coupon", bodyLimit: 65_536, handler: create)
    for (verb, isActive) in [("withdraw", false), ("give", true)] {
      table.action(
        "/coupons/{id}/\(verb)", .write(.billing), isActive ? "Gives a coupon again" : "Withdraws a coupon"
      ) { call in
        let coupon = try await CouponForm.set(
          call.id(), isActive: isActive, by: call.actor, in: database, at: clock.now())
        return .redirect(
          to: Self.path,
          flash: Flash(.success, "Coupon \(coupon.code) is \(isActive ? "given again" : "withdrawn").")
        )
      }
    }
  }

  private func list(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let request = try call.listRequest
    let page = try await CouponStore(database).list(request)
    let isWriter = call.session.allows(.write(.billing))
    let rows = page.items.map { row($0, call, isWriter) }
    let search = request.q ?? ""
    var reply = layout.staffPage(
      Layout.Frame(title: "Coupons", current: Self.path), call,
      """
      \(PageParts.search("Code or name", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Coupons", ["Code", "Name", "Takes off", "#Redeemed", "Until", "Status", "Act"], rows,
        empty: search.isEmpty ? "There is no coupon yet." : "No coupon fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      \(if: isWriter, form(call, problem))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func row(_ coupon: Coupon, _ call: StaffCall, _ isWriter: Bool) -> HTML {
    let path = "\(Self.path)/\(coupon.id)"
    let act: HTML =
      !isWriter
      ? "–"
      : coupon.isActive
        ? PageParts.button("Withdraw", post: "\(path)/withdraw", call.csrfField)
        : PageParts.button("Give again", post: "\(path)/give", call.csrfField)
    let most = coupon.maxRedemptions.map { " of \($0)" } ?? ""
    return """
      <tr><td><code>\(coupon.code)</code></td><td>\(coupon.name)</td><td>\(coupon.words)</td>\
      <td class="num">\(coupon.redemptions)\(most)</td><td>\(PageParts.time(coupon.redeemableUntil, never: "no end"))</td>\
      <td>\(PageParts.status(coupon.isActive ? "active" : "withdrawn"))</td><td>\(act)</td></tr>
      """
  }

  private func form(_ call: StaffCall, _ problem: Problem?) -> HTML {
    let form = call.form
    return PageParts.card(
      "New coupon",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.input("code", "Code", value: form["code"] ?? "", hint: "What customers type: SPRING26."))
      \(PageParts.input("name", "Name", value: form["name"] ?? "", hint: "Stands on the invoice."))
      \(PageParts.input("percent_off", "Per cent off", value: form["percent_off"] ?? "", required: false))
      \(PageParts.input(
        "amount_off", "Or an amount off each period", value: form["amount_off"] ?? "", required: false))
      \(PageParts.input(
        "currency", "Currency of the amount", value: form["currency"] ?? "", required: false, hint: "USD or EUR."))
      \(PageParts.input(
        "periods", "Periods", type: "number", value: form["periods"] ?? "", required: false,
        hint: "How many periods it lowers. Empty: all."))
      \(PageParts.input(
        "max_redemptions", "Customers", type: "number", value: form["max_redemptions"] ?? "", required: false,
        hint: "How many may redeem it. Empty: any number."))
      \(PageParts.input(
        "last_day", "Last day (UTC)", type: "date", value: form["last_day"] ?? "", required: false,
        hint: "Empty: no end."))
      <button class="btn btn-primary">Add coupon</button></form>
      """)
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var object = call.form.json(numbers: ["periods", "max_redemptions"])
      let lastDay = object["last_day"]?.stringValue
      object["last_day"] = nil
      object["redeemable_until"] = nil
      if let lastDay, let day = LocalDate(lastDay) {
        object["redeemable_until"] = JSONValue(day.adding(days: 1).utcMidnight)
      }
      var fields = try FieldReader(.object(object))
      if let lastDay, LocalDate(lastDay) == nil {
        fields.fault("last_day", "date", "must be a day such as 2027-01-31")
      }
      let coupon = try await CouponForm(&fields).create(by: call.actor, database: database, at: clock.now())
      return .redirect(to: Self.path, flash: Flash(.success, "Coupon \(coupon.code) can be redeemed now."))
    } catch let problem as Problem where problem.status == 422 || problem.status == 409 {
      return try await list(call, problem)
    }
  }
}
