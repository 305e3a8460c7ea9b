import Core
import Web

/// What the pages of staff and of resellers show alike of a hosted tenant.
struct HostedTenantView: Sendable {
  let tenant: HostedTenant
  /// Of the tenant's page; the acts are below it.
  let path: String
  let csrfField: HTML
  let mayWrite: Bool

  /// Its status, and what is being done with it.
  static func badges(_ tenant: HostedTenant) -> HTML {
    let running = tenant.running.map { operation -> HTML in
      " \(PageParts.status(operation.direction == .back ? "undoing \(operation.kind.rawValue)" : operation.kind.rawValue))"
    }
    return "\(PageParts.status(tenant.status.rawValue))\(running)"
  }

  var address: HTML { tenant.address.map { "<a href=\"\(href: "\($0)/admin")\">\($0)</a>" } ?? "–" }

  var archive: HTML {
    tenant.archive.map { archive in
      "\(PageParts.time(archive.madeAt)), \(archive.bytes) bytes, SHA-256 <code>\(archive.sha256.prefix(16))…</code>"
    } ?? "none"
  }

  /// The steps of what is being done, and where it stands; nothing while nothing is.
  var progress: HTML {
    guard let operation = tenant.running else { return .empty }
    let way = operation.way
    let current = way.firstIndex(of: operation.step) ?? 0
    let items = way.enumerated().map { index, step -> HTML in
      let state: HTML =
        index < current
        ? PageParts.status("done") : index == current ? PageParts.status("now") : PageParts.status("to come")
      return """
        <li\(if: index == current, " aria-current=\"step\"")><div><p>\(step.title) \(state)</p>\
        \(if: index == current, detail(of: operation))</div></li>
        """
    }
    let back: HTML =
      mayWrite && operation.canTurnBack
      ? button("Give up and undo", "turn-back", danger: true, confirm: "Give this up and undo what was done so far?")
      : .empty
    let reason = operation.failure.map { "<p>It is being undone: \($0)</p>" as HTML }
    return PageParts.card(
      operation.direction == .back ? "Undoing: \(operation.kind.rawValue)" : "Under way: \(operation.kind.rawValue)",
      "\(reason)<ol class=\"ty-steps\">\(items)</ol>\(back)")
  }

  private func detail(of operation: TenantOperation) -> HTML {
    var lines: [HTML] = []
    if operation.step == .transfer, let archive = operation.archive {
      lines.append(
        """
        <label>\(operation.transferred) of \(archive.bytes) bytes<progress class="ty-bar" \
        value="\(operation.transferred)" max="\(archive.bytes)"></progress></label>
        """)
    }
    if let error = operation.lastError {
      lines.append(
        "<p>\(error) Tried \(operation.attempts) \(operation.attempts == 1 ? "time" : "times"), goes on.</p>")
    }
    return lines.joined()
  }

  /// What can be done with it now; nothing while something is.
  /// - Parameter purges: whether the data of a deleted one may be dropped from here.
  func acts(purges: Bool) -> HTML {
    guard mayWrite, tenant.running == nil else { return .empty }
    let download: HTML =
      tenant.archive == nil ? .empty : "<a class=\"btn\" href=\"\(path)/archive\">Download archive</a>"
    switch tenant.status {
    case .active, .suspended:
      let standing = tenant.status == .active ? button("Suspend", "suspend") : button("Resume", "resume")
      return standing + button("Admin's password link", "password-link") + button("Export", "export") + download
        + button(
          "Delete", "delete", danger: true,
          confirm: "Close \(tenant.slug) for good? An archive is made first, and its data is kept for 30 days.")
    case .failed: return button("Discard", "delete-without-export", danger: true, confirm: "Discard \(tenant.slug)?")
    case .deleted:
      let purge = button(
        "Purge", "purge", danger: true, confirm: "Drop all data of \(tenant.slug) now? There is no way back.")
      return download + (purges ? purge : .empty)
    case .provisioning, .purged: return .empty
    }
  }

  private func button(_ title: String, _ verb: String, danger: Bool = false, confirm: String? = nil) -> HTML {
    PageParts.button(
      title, post: "\(path)/\(verb)", csrfField, style: danger ? "btn ty-danger" : "btn", confirm: confirm)
  }

  /// For one that could not be made: why, and what may be put right.
  var retryForm: HTML {
    guard mayWrite, tenant.status == .failed, tenant.running == nil else { return .empty }
    return PageParts.card(
      "Try again",
      """
      <p>\(tenant.operation?.failure ?? "It could not be made.")</p>
      <form method="post" action="\(path)/retry">\(csrfField)
      \(PageParts.input("name", "Name", value: tenant.name))
      \(PageParts.input("domains", "Domains", value: tenant.domains.joined(separator: " ")))
      \(PageParts.input("admin_email", "First admin's e-mail", type: "email", value: tenant.adminEmail.description))
      <button class="btn btn-primary">Try again</button></form>
      """)
  }

  static func shown(passwordLink link: String) -> HTML {
    """
    <div class="ty-note success" role="status"><div>Give this link to the admin; it is shown only now: \
    <code id="password-link">\(link)</code> \
    <button class="btn btn-sm" type="button" data-copy="password-link">Copy</button></div></div>
    """
  }

  static func table(_ history: [TenantOperation]) -> HTML {
    PageParts.table(
      "What was done", ["What", "By", "Began", "Ended", "Outcome"],
      history.map { operation -> HTML in
        let outcome: HTML = "\(PageParts.status(operation.state.rawValue)) \(operation.failure ?? "")"
        return """
          <tr><td>\(operation.kind.rawValue)</td><td>\(operation.requestedBy)</td>\
          <td>\(PageParts.time(operation.startedAt))</td><td>\(PageParts.time(operation.finishedAt))</td>\
          <td>\(outcome)</td></tr>
          """
      }, empty: "Nothing was done yet.")
  }
}
