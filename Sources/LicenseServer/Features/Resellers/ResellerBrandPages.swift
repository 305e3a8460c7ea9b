import Core
import Database
import Web

/// The reseller's pages on its brands.
struct ResellerBrandPages: Sendable {
  static let path = "/reseller/branding"

  let editor: BrandEditor
  let layout: Layout

  func register(in table: inout ResellerTable) {
    table.page("/branding", .resellerRead(.branding), "One's brands") { call in
      let reseller = call.session.reseller
      guard reseller.agreement.whiteLabel else {
        return page(call, "Branding", "<p>Your agreement has no white label: your customers see Trackily.</p>")
      }
      let portal = reseller.portalDomain.map { "Your portal is at \($0)." } ?? "You have no portal domain of your own."
      return page(call, "Branding", try await editor.list(owner(call), call, path: Self.path, note: portal))
    }
    table.page("/branding/edit", .resellerRead(.branding), "The branding editor") { call in
      try rights(call)
      return page(call, "Brand", try await editor.form(owner(call), call, path: Self.path, rights: rights(call), nil))
    }
    table.action("/branding", .resellerWrite(.branding), "Saves a brand", bodyLimit: 262_144) { call in
      let rights = try rights(call)
      do {
        try await editor.save(owner(call), call, rights: rights, by: call.actor)
        return .redirect(
          to: Self.path, flash: Flash(.success, "The brand is saved. Trackers follow with their next lease."))
      } catch let problem as Problem where [409, 422].contains(problem.status) {
        let form = try await editor.form(owner(call), call, path: Self.path, rights: rights, problem)
        return page(call, "Brand", form, status: problem.status)
      }
    }
    table.action("/branding/{id}/delete", .resellerWrite(.branding), "Deletes a brand") { call in
      try await editor.desk.delete(call.id(), of: owner(call), by: call.actor)
      return .redirect(to: Self.path, flash: Flash(.success, "The brand is deleted."))
    }
  }

  private func owner(_ call: ResellerCall) -> BrandOwner { .reseller(call.resellerID) }

  @discardableResult
  private func rights(_ call: ResellerCall) throws(Problem) -> BrandEditor.Rights {
    let agreement = call.session.reseller.agreement
    guard agreement.whiteLabel else { throw Problem.brandNotAgreed() }
    return BrandEditor.Rights(
      mayChange: call.session.allows(.resellerWrite(.branding)), mayHidePoweredBy: agreement.mayHidePoweredBy)
  }

  private func page(_ call: ResellerCall, _ title: String, _ content: HTML, status: Int = 200) -> Reply {
    layout.resellerPage(
      Layout.Frame(title: title, current: Self.path, scripts: ["brand-preview.js"]), call, status: status, content)
  }
}
