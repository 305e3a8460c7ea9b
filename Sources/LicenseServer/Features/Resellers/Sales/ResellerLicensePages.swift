import Billing
import Core
import Database
import Licensing
import Web

/// The reseller's pages on the licences it has sold.
struct ResellerLicensePages: Sendable {
  static let path = "/reseller/licenses"

  let database: ConnectionPool
  let sales: ResellerSales
  let layout: Layout
  let clock: any WallClock

  func register(in table: inout ResellerTable) {
    table.page("/licenses", .resellerRead(.licences), "The licences one has sold") { call in
      let request = try call.listRequest
      let use = try await ResellerStore(database).use(of: call.resellerID, at: clock.now())
      let page = try await ResellerLicenseStore(database).list(request, of: call.resellerID)
      let search = request.q ?? ""
      let next = page.nextCursor.map { call.address(of: Self.path, after: $0) }
      let agreement = call.session.reseller.agreement
      return layout.resellerPage(
        Layout.Frame(title: "Licences", current: Self.path), call,
        """
        \(PageParts.facts([
          ("Licences in use", "\(use.licenses) of \(agreement.maxLicenses)"),
          ("Instances they allow", "\(use.instances) of \(agreement.maxInstances)"),
          ("Plans you may sell", "\(agreement.plans.joined(separator: ", "))"),
        ]))
        \(PageParts.search("Customer's e-mail", search, icon: layout.icons("search")))
        \(self.table(page, call, empty: search.isEmpty
          ? "You have sold no licence yet. Open a customer to sell one." : "No licence fits.", next: next))
        """)
    }
    action("suspend", "Suspends a licence", in: &table) { call, id in
      _ = try await sales.suspend(id, of: call.resellerID, by: call.actor)
      return "The licence is suspended."
    }
    action("reinstate", "Ends a suspension", in: &table) { call, id in
      _ = try await sales.reinstate(id, of: call.resellerID, by: call.actor)
      return "The licence is active again."
    }
    action("end", "Lets a licence end with its period", in: &table) { call, id in
      _ = try await sales.setRenewal(false, of: id, reseller: call.resellerID, by: call.actor)
      return "The licence ends with its period."
    }
    action("renew", "Lets a licence go on", in: &table) { call, id in
      _ = try await sales.setRenewal(true, of: id, reseller: call.resellerID, by: call.actor)
      return "The licence goes on from period to period."
    }
  }

  private func action(
    _ verb: String, _ summary: String, in table: inout ResellerTable,
    _ act: @escaping @Sendable (ResellerCall, Int64) async throws -> String
  ) {
    table.action("/licenses/{id}/\(verb)", .resellerWrite(.licences), summary) { call in
      .redirect(to: Self.path, flash: Flash(.success, try await act(call, call.id())))
    }
  }

  func table(_ page: Page<ResellerLicense>, _ call: ResellerCall, empty: String, next: String?) -> HTML {
    let now = clock.now()
    let rows = page.items.map { sold -> HTML in
      """
      <tr><td>\(customer(sold, call))</td><td>\(sold.license.plan.name)</td>\
      <td>\(PageParts.status(sold.license.status(at: now).rawValue))</td><td><code>…\(sold.license.keyLastFour)</code></td>\
      <td class="num">\(sold.retail) a \(sold.period.rawValue)</td>\
      <td>\(sold.renews ? "Renews" : "Ends") \(PageParts.time(sold.periodEnd))</td><td>\(acts(sold, call))</td></tr>
      """
    }
    return PageParts.table(
      "Licences", ["Customer", "Plan", "Status", "Key", "#Retail", "Next", "Act"], rows, empty: empty,
      next: next)
  }

  private func customer(_ sold: ResellerLicense, _ call: ResellerCall) -> HTML {
    guard call.session.allows(.resellerRead(.customers)) else { return "\(sold.license.customerEmail)" }
    return "<a href=\"\(ResellerCustomerPages.path)/\(sold.license.customerID)\">\(sold.license.customerEmail)</a>"
  }

  private func acts(_ sold: ResellerLicense, _ call: ResellerCall) -> HTML {
    guard call.session.allows(.resellerWrite(.licences)), sold.license.standing != .revoked else { return .empty }
    let path = "\(Self.path)/\(sold.id)"
    let standing =
      sold.license.standing == .suspended
      ? PageParts.button("Reinstate", post: "\(path)/reinstate", call.csrfField)
      : PageParts.button(
        "Suspend", post: "\(path)/suspend", call.csrfField,
        confirm: "Suspend this licence? The customer falls to Starter.")
    let renewal =
      sold.renews
      ? PageParts.button("Let it end", post: "\(path)/end", call.csrfField)
      : PageParts.button("Let it renew", post: "\(path)/renew", call.csrfField)
    return standing + renewal
  }
}
