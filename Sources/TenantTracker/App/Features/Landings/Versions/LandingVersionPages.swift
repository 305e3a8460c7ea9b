import ClickPath
import Core
import HTTPTypes
import Web

/// A local landing's versions, and how the landing or one of them looks.
struct LandingVersionPages: Sendable {
  let api: LandingVersionsAPI
  let settings: SettingsStore
  let layout: Layout

  private static let path = "/admin/landings"

  func register(in table: inout TrackerTable) {
    table.page("/landings/{id}/versions", .read(.landings), "A landing page's versions") { try await list($0) }
    table.page("/landings/{id}/versions/{version}", .read(.landings), "A landing page's version") {
      try await show($0)
    }
    table.action("/landings/{id}/versions/{version}/restore", .write(.landings), "Make a version live again") { call in
      do {
        let landing = try await api.restore(call)
        let flash = Flash(.success, "Version \(call.parameter("version")) is live again.")
        return .redirect(to: "\(Self.path)/\(landing.id)", flash: flash)
      } catch let problem as Problem where problem.status == 409 {
        return .redirect(
          to: "\(Self.path)/\(try call.id())/versions", flash: Flash(.error, problem.detail ?? problem.title))
      }
    }
    table.page("/landings/{id}/preview", .read(.landings), "How a landing page looks") { try await preview($0) }
    table.page("/landings/{id}/preview/frame", .read(.landings), "A landing page by itself, in a sandbox") {
      try await frame($0)
    }
  }

  private func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let landing = try await api.landings.find(call.id(), scope)
    let request = try call.page.checkedForIDs()
    let page = try await api.store.page(request, ofLanding: landing.id, of: scope)
    let times = LocalTimes(try await settings.all(of: scope))
    let path = "\(Self.path)/\(landing.id)/versions"
    let newest = request.cursor == nil ? page.items.first?.number : nil
    let rows = page.items.map { row($0, landing, times, isLive: $0.number == newest, call) }
    let next = page.nextCursor.map { call.address(of: path, after: $0) }
    let empty = Parts.empty(
      layout.icons(.landings), "No versions", "Each save of a local landing page that changes its HTML is a version.")
    return layout.page(
      frame("Versions", landing), call,
      Parts.table(
        ["Version", "Saved", "By", "How", .number("Bytes"), .actions], rows, caption: "Versions, newest first",
        empty: empty, next: next))
  }

  private func row(
    _ version: LandingVersion, _ landing: Landing, _ times: LocalTimes, isLive: Bool, _ call: TrackerCall
  ) -> HTML {
    let address = "\(Self.path)/\(landing.id)/versions/\(version.number)"
    let how =
      switch version.origin {
      case .edit: "Edited"
      case .import: "Imported"
      case .restore: "Version \(version.restored ?? 0) again"
      }
    let live: HTML = isLive ? " <span class=\"ty-sub\">live</span>" : .empty
    let restore: HTML =
      isLive || !call.session.allows(.write(.landings)) ? .empty : restoreForm(version, landing, call)
    return """
      <tr><th scope="row"><a href="\(href: address)">Version \(version.number)</a>\(live)</th>\
      <td>\(times(version.madeAt))</td><td>\(Parts.text(version.madeBy))</td><td>\(how)</td>\
      <td class="num">\(Figures.count(version.size))</td><td class="ty-end">\(restore)</td></tr>
      """
  }

  private func restoreForm(_ version: LandingVersion, _ landing: Landing, _ call: TrackerCall) -> HTML {
    """
    <form method="post" action="\(Self.path)/\(landing.id)/versions/\(version.number)/restore">\(call.csrfField)\
    <button class="btn" data-confirm="Make version \(version.number) live again?" data-confirm-yes="Restore" \
    aria-label="Restore version \(version.number)">Restore</button></form>
    """
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let landing = try await api.landings.find(call.id(), call.place.scope)
    let version = try await api.find(call)
    let preview: HTML = """
      <a class="btn" href="\(Self.path)/\(landing.id)/preview?version=\(version.number)">Preview</a>
      """
    let restore: HTML = call.session.allows(.write(.landings)) ? restoreForm(version, landing, call) : .empty
    var header = frame("Version \(version.number)", landing)
    header.crumbs.append(("Versions", "\(Self.path)/\(landing.id)/versions"))
    header.actions = preview + restore
    return layout.page(
      header, call,
      Parts.card(
        "HTML",
        """
        <textarea class="form-control ty-code" rows="28" readonly spellcheck="false" \
        aria-label="HTML of version \(version.number)">\n\(version.html)</textarea>
        """))
  }

  private func frame(_ title: String, _ landing: Landing) -> Layout.Frame {
    Layout.Frame(
      title: title, current: Self.path,
      crumbs: [("Landing Pages", Self.path), (landing.title, "\(Self.path)/\(landing.id)")])
  }

  // Preview

  private func preview(_ call: TrackerCall) async throws -> Reply {
    let landing = try await api.landings.find(call.id(), call.place.scope)
    guard case .local = landing.draft.content else { throw Problem.notFound("preview") }
    let version = call.query("version").flatMap { Int($0) }
    let address = "\(Self.path)/\(landing.id)/preview/frame" + (version.map { "?version=\($0)" } ?? "")
    return layout.page(
      frame(version.map { "Preview of version \($0)" } ?? "Preview", landing), call,
      """
      <p class="text-secondary">As a visitor from Los Angeles sees it, with Chrome on Windows. Nothing is recorded.</p>
      <iframe class="ty-preview" src="\(href: address)" sandbox="allow-scripts allow-forms allow-popups" \
      title="Preview of \(landing.title)"></iframe>
      """)
  }

  /// Sandboxed by its own answer too, so that it is harmless when it is opened by itself.
  private func frame(_ call: TrackerCall) async throws -> Reply {
    let landing = try await api.landings.find(call.id(), call.place.scope)
    var html = landing.draft.content.html
    if let text = call.query("version") {
      guard let number = Int(text),
        let version = try await api.store.find(number, ofLanding: landing.id, of: call.place.scope)
      else { throw Problem.notFound("version") }
      html = version.html
    }
    guard let html else { throw Problem.notFound("preview") }
    return Reply(type: .html, bytes: LandingPreview.page(html)).with(
      header: .contentSecurityPolicy, "sandbox allow-scripts allow-forms allow-popups; frame-ancestors 'self'")
  }
}
