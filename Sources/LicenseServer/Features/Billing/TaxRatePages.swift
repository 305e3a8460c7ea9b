import Billing
import Core
import Database
import Web

/// The staff's pages on tax rates.
struct TaxRatePages: Sendable {
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/tax-rates"

  func register(in table: inout StaffTable) {
    table.page("/tax-rates", .read(.billing), "Tax rates") { call in try await list(call, nil) }
    table.action("/tax-rates", .write(.billing), "Sets a country's tax rate", bodyLimit: 65_536, handler: create)
    table.action("/tax-rates/{id}/retire", .write(.billing), "Retires a tax rate") { call in
      let rate = try await TaxRateForm.retire(call.id(), by: call.actor, in: database, at: clock.now())
      return .redirect(
        to: Self.path, flash: Flash(.success, "Invoices to \(rate.country) have no tax from now on."))
    }
  }

  private func list(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let page = try await TaxRateStore(database).list(call.listRequest)
    let isWriter = call.session.allows(.write(.billing))
    let rows = page.items.map { rate -> HTML in
      let retire: HTML =
        rate.isActive && isWriter
        ? PageParts.button(
          "Retire", post: "\(Self.path)/\(rate.id)/retire", call.csrfField,
          confirm: "Charge no tax in \(rate.country) from now on?") : "–"
      return """
        <tr><td>\(rate.country)</td><td>\(rate.name)</td><td class="num">\(rate.rate.percent) %</td>\
        <td>\(rate.isInclusive ? "contained" : "on top")</td><td>\(rate.hasReverseCharge ? "yes" : "no")</td>\
        <td>\(PageParts.status(rate.isActive ? "active" : "retired"))</td><td>\(retire)</td></tr>
        """
    }
    var reply = layout.staffPage(
      Layout.Frame(title: "Tax rates", current: Self.path), call,
      """
      \(PageParts.table(
        "Tax rates", ["Country", "Name", "#Rate", "In our prices", "Reverse charge", "Status", "Act"], rows,
        empty: "No tax is charged anywhere.", next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      \(if: isWriter, form(call, problem))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func form(_ call: StaffCall, _ problem: Problem?) -> HTML {
    let form = call.form
    return PageParts.card(
      "Set a country's rate",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.input("country", "Country", value: form["country"] ?? "", hint: "Its two letters, such as DE."))
      \(PageParts.input("name", "Name", value: form["name"] ?? "VAT", hint: "Stands on the invoice."))
      \(PageParts.input("percent", "Per cent", value: form["percent"] ?? "", hint: "19 or 8.875"))
      <div class="ty-field"><label class="form-check"><input class="form-check-input" type="checkbox" \
      name="inclusive"\(attribute: "checked", when: form["inclusive"] != nil)> Our prices contain it</label></div>
      <div class="ty-field"><label class="form-check"><input class="form-check-input" type="checkbox" \
      name="reverse_charge"\(attribute: "checked", when: form["reverse_charge"] != nil)> \
      Customers with a VAT id owe it themselves (reverse charge)</label></div>
      <button class="btn btn-primary">Set rate</button></form>
      """)
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json(flags: ["inclusive", "reverse_charge"])))
      let rate = try await TaxRateForm(&fields).create(by: call.actor, database: database, at: clock.now())
      return .redirect(
        to: Self.path,
        flash: Flash(.success, "Invoices to \(rate.country) have \(rate.rate.percent) % from now on."))
    } catch let problem as Problem where problem.status == 422 {
      return try await list(call, problem)
    }
  }
}
