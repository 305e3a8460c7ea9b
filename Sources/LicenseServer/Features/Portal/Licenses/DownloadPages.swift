import Core
import Database
import Web

/// What customers install: the releases that are given out, with the checksums of their files.
struct DownloadPages: Sendable {
  let database: ConnectionPool
  let layout: Layout

  static let path = "/portal/downloads"

  func register(in table: inout PortalTable) {
    table.page("/downloads", .signedIn, "Releases and their files", handler: page)
  }

  @Sendable private func page(_ call: PortalCall) async throws -> Reply {
    var request = try call.listRequest
    request.limit = 10
    request.filters = ["status": Release.Status.published.rawValue]
    let page = try await ReleaseStore(database).list(request)
    let none: HTML = """
      <div class="card"><div class="ty-empty"><p>No release has been published yet.</p></div></div>
      """
    let next = page.nextCursor.map { cursor -> HTML in
      "<p class=\"ty-pager\"><a class=\"btn\" rel=\"next\" href=\"\(Self.path)?cursor=\(cursor)\">Older releases</a></p>"
    }
    return layout.portalPage(
      Layout.Frame(title: "Downloads", current: Self.path), call,
      """
      \(PortalParts.copyable(
        "Install command", InstallScript.command(publicURL: call.place.publicURL, key: "YOUR-LICENCE-KEY"),
        id: "install-command", hint: "With the key from the licence's page in place of YOUR-LICENCE-KEY."))
      \(page.items.isEmpty ? none : page.items.map(section).joined())\(next)
      """)
  }

  private func section(_ release: Release) -> HTML {
    let base = "/releases/\(release.version)"
    let files = release.manifest.files.map { file -> HTML in
      """
      <tr><td><a href="\(base)/\(file.name)">\(file.name)</a></td><td class="num text-nowrap">\(Self.size(file.size))</td>\
      <td><code>\(file.sha256)</code></td></tr>
      """
    }
    return """
      <h2 class="ty-heading">\(release.version)\(if: release.manifest.channel == .beta, " (beta)")</h2>
      <p>Published \(PageParts.time(release.publishedAt)).\(if: !release.notes.isEmpty, "<br>\(PortalParts.lines(release.notes))")</p>
      \(PageParts.table("Files of \(release.version)", ["File", "#Size", "SHA-256"], files, empty: "It has no files."))
      <p><a href="\(base)/\(ReleaseManifest.name)">Manifest</a> · \
      <a href="\(base)/\(ReleaseManifest.signatureName)">its signature</a>, made by the key \
      <code>\(release.signed.keyFingerprint)</code></p>
      """
  }

  /// `12.3 MB`
  private static func size(_ bytes: Int64) -> String {
    guard bytes >= 100_000 else { return "\(bytes) bytes" }
    let tenths = (bytes + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
  }
}
