import Core
import Database
import Web

/// The staff's pages on releases.
struct ReleasePages: Sendable {
  let database: ConnectionPool
  let desk: ReleaseDesk
  let layout: Layout

  private static let path = "/admin/releases"

  func register(in table: inout StaffTable) {
    table.page("/releases", .read(.releases), "Releases") { call in try await list(call, nil) }
    table.action("/releases", .write(.releases), "Publishes a version", handler: publish)
    table.page("/releases/{id}", .read(.releases), "One release") { call in try await page(call, nil) }
    table.action("/releases/{id}/notes", .write(.releases), "Changes what customers read about it") { call in
      let notes = call.form["notes"] ?? ""
      guard notes.count <= ReleaseAPI.noteLength.upperBound else {
        return try await page(call, .invalid("notes", "length", "must be at most 20000 characters"))
      }
      return back(to: try await desk.setNotes(notes, of: call.id(), by: call.actor), "The notes are saved.")
    }
    table.action("/releases/{id}/withdraw", .write(.releases), "Takes a release back", handler: withdraw)
    table.action("/releases/{id}/restore", .write(.releases), "Ends a withdrawal") { call in
      let release = try await desk.restore(call.id(), by: call.actor)
      return back(to: release, "Release \(release.version) is given out again.")
    }
  }

  private func back(to release: Release, _ message: String) -> Reply {
    .redirect(to: "\(Self.path)/\(release.id)", flash: Flash(.success, message))
  }

  private func list(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let page = try await ReleaseStore(database).list(call.listRequest)
    let rows = page.items.map { release -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(release.id)">\(release.version)</a></td><td>\(release.manifest.channel.rawValue)</td>\
      <td>\(PageParts.status(release.status.rawValue))</td><td>\(PageParts.time(release.manifest.builtAt))</td>\
      <td>\(PageParts.time(release.publishedAt))</td></tr>
      """
    }
    var reply = layout.staffPage(
      Layout.Frame(title: "Releases", current: Self.path), call,
      """
      \(PageParts.faults(problem))\(try await candidates(call))
      \(PageParts.table(
        "Releases", ["Version", "Channel", "Status", "Built", "Published"], rows,
        empty: "No release is published yet: `ops/release` builds one into RELEASES_DIR.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  /// The form that publishes what waits in RELEASES_DIR; nothing when nothing waits.
  private func candidates(_ call: StaffCall) async throws -> HTML {
    guard call.session.allows(.write(.releases)) else { return .empty }
    let versions = try await desk.candidates()
    guard !versions.isEmpty else { return .empty }
    return PageParts.card(
      "Ready to publish",
      """
      <form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.select("version", "Version", versions.map { ($0, $0) }, selected: call.form["version"] ?? ""))
      \(Self.notes(call.form["notes"] ?? ""))
      <button class="btn btn-primary">Publish</button></form>
      """)
  }

  private static func notes(_ text: String) -> HTML {
    """
    <div class="ty-field"><label class="form-label" for="notes">What is new</label>\
    <textarea class="form-control" id="notes" name="notes" rows="5" maxlength="20000">\(text)</textarea></div>
    """
  }

  @Sendable private func publish(_ call: StaffCall) async throws -> Reply {
    let notes = call.form["notes"] ?? ""
    do {
      guard notes.count <= ReleaseAPI.noteLength.upperBound else {
        throw Problem.invalid("notes", "length", "must be at most 20000 characters")
      }
      let release = try await desk.publish(call.form["version"] ?? "", notes: notes, by: call.actor)
      return back(to: release, "Release \(release.version) is published.")
    } catch let problem as Problem where problem.status == 422 || problem.status == 409 {
      return try await list(call, problem)
    }
  }

  @Sendable private func withdraw(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let reason = fields.string("reason", length: ReleaseAPI.reasonLength)
      try fields.finish()
      guard let reason else { throw Problem.internalError() }
      let release = try await desk.withdraw(call.id(), reason: reason, by: call.actor)
      return back(to: release, "Release \(release.version) is withdrawn.")
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    }
  }

  private func page(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    guard let release = try await ReleaseStore(database).find(call.id()) else { throw Problem.notFound("release") }
    let rows = release.manifest.files.map { file -> HTML in
      let name: HTML =
        release.status == .published
        ? "<a href=\"/releases/\(release.version)/\(file.name)\">\(file.name)</a>" : "\(file.name)"
      return """
        <tr><td>\(name)</td><td class="num">\(file.size)</td><td><code>\(file.sha256)</code></td></tr>
        """
    }
    var facts: [(name: String, value: HTML)] = [
      ("Status", PageParts.status(release.status.rawValue)), ("Channel", "\(release.manifest.channel.rawValue)"),
      ("Built", PageParts.time(release.manifest.builtAt)), ("Published", PageParts.time(release.publishedAt)),
      ("Signed by", "<code>\(release.signed.keyFingerprint.prefix(16))</code>"),
    ]
    if let withdrawal = release.withdrawal {
      facts += [("Withdrawn", PageParts.time(withdrawal.at)), ("Why", "\(withdrawal.reason)")]
    }
    var reply = layout.staffPage(
      Layout.Frame(title: "Release \(release.version)", current: Self.path), call,
      """
      \(PageParts.faults(problem))\(PageParts.facts(facts))
      \(PageParts.table("Files", ["File", "#Bytes", "SHA-256"], rows, empty: "It has no files."))
      \(acts(on: release, call))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func acts(on release: Release, _ call: StaffCall) -> HTML {
    guard call.session.allows(.write(.releases)) else {
      return release.notes.isEmpty ? .empty : PageParts.card("What is new", "<p>\(release.notes)</p>")
    }
    let path = "\(Self.path)/\(release.id)"
    let notes = PageParts.card(
      "For customers",
      """
      <form method="post" action="\(path)/notes">\(call.csrfField)\(Self.notes(release.notes))
      <button class="btn">Save</button></form>
      """)
    guard release.status == .published else {
      return notes + PageParts.button("Give it out again", post: "\(path)/restore", call.csrfField)
    }
    return notes
      + PageParts.card(
        "Take it back",
        """
        <form method="post" action="\(path)/withdraw" data-confirm="Withdraw release \(release.version)?">\(call.csrfField)
        \(PageParts.input("reason", "Why", hint: "Nobody gets it any more; trackers that run it run on."))
        <button class="btn ty-danger">Withdraw</button></form>
        """)
  }
}
