import Web

/// What waits for somebody, a line each with the way there. Nothing when all is well.
struct DashboardAlertList: Sendable {
  let alerts: [DashboardAlert]
  let icons: IconSet

  var html: HTML {
    guard !alerts.isEmpty else { return .empty }
    let lines = alerts.map { alert -> HTML in
      """
      <li class="ty-note \(alert.isUrgent ? "error" : "warning")">\(icons(alert.isUrgent ? .error : .warning))\
      <span>\(alert.text) <a href="\(href: alert.path)">\(alert.action)</a></span></li>
      """
    }
    return "<section aria-label=\"What needs attention\"><ul class=\"ty-plain ty-notes\">\(lines)</ul></section>"
  }
}
