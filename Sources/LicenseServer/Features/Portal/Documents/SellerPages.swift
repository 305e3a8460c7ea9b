import Core
import Database
import Web

/// The staff's page on what invoices say about the vendor.
struct SellerPages: Sendable {
  let api: SellerAPI
  let layout: Layout

  static let path = "/admin/seller"

  func register(in table: inout StaffTable) {
    table.page("/seller", .read(.settings), "What invoices say about the vendor") { call in
      page(call, try await SellerStore(api.database).load(), nil)
    }
    table.action("/seller", .write(.settings), "Changes it", bodyLimit: 65_536, handler: change)
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    do {
      _ = try await api.change(FieldReader(.object(call.form.json())), by: call.actor)
      return .redirect(to: Self.path, flash: Flash(.success, "Documents made from now on say this."))
    } catch let problem as Problem where problem.status == 422 {
      let form = call.form
      let typed = Seller(
        name: form["name"] ?? "", address: form["address"] ?? "", vatID: form["vat_id"] ?? "",
        email: form["email"] ?? "", bankDetails: form["bank_details"] ?? "")
      return page(call, typed, problem)
    }
  }

  private func page(_ call: StaffCall, _ seller: Seller, _ problem: Problem?) -> Reply {
    let save: HTML = "<button class=\"btn btn-primary\">Save</button>"
    var reply = layout.staffPage(
      Layout.Frame(title: "Invoice details", current: Self.path), call,
      PageParts.card(
        "What invoices say about us",
        """
        \(PageParts.faults(problem))<form class="ty-form" method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input("name", "Company", value: seller.name, required: false))
        \(PortalParts.area("address", "Address", seller.address))
        \(PageParts.input("vat_id", "VAT id", value: seller.vatID, required: false))
        \(PageParts.input("email", "E-mail for questions", type: "email", value: seller.email, required: false))
        \(PortalParts.area(
          "bank_details", "Bank details", seller.bankDetails,
          hint: "How customers pay by transfer: bank, IBAN, BIC. Shown at checkout and on open invoices."))
        \(if: call.session.allows(.write(.settings)), save)</form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }
}
