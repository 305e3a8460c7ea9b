import Web

/// Help for every page of the menu, in one page with an anchor for each.
struct HelpPages: Sendable {
  let layout: Layout

  static let path = "/admin/help"

  func register(in table: inout TrackerTable) {
    table.page("/help", .signedIn, "Help") { call in
      layout.page(
        Layout.Frame(title: "Help", current: Self.path), call,
        HelpView(open: Set(MenuEntry.open(to: call.session).map(\.path))).html)
    }
  }
}
