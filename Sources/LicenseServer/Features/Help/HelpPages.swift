import Web

/// Help for every page of a menu, in one page with an anchor for each: for staff, customers and resellers.
struct HelpPages: Sendable {
  let layout: Layout

  func register(in table: inout StaffTable) {
    table.page("/help", .signedIn, "Help") { call in
      let open = MenuEntry.all.filter { call.session.allows($0.access) }.map(\.path)
      return layout.staffPage(Self.frame(.staff), call, HelpView(manual: .staff, open: Set(open)).html)
    }
  }

  func register(in table: inout PortalTable) {
    table.page("/help", .signedIn, "Help") { call in
      let open = PortalMenuEntry.all.filter { call.session.allows($0.access) }.map(\.path)
      return layout.portalPage(Self.frame(.portal), call, HelpView(manual: .portal, open: Set(open)).html)
    }
  }

  func register(in table: inout ResellerTable) {
    table.page("/help", .signedIn, "Help") { call in
      let open = ResellerMenuEntry.all.filter { call.session.allows($0.access) }.map(\.path)
      return layout.resellerPage(Self.frame(.reseller), call, HelpView(manual: .reseller, open: Set(open)).html)
    }
  }

  private static func frame(_ manual: HelpManual) -> Layout.Frame {
    Layout.Frame(title: "Help", current: manual.path)
  }
}
