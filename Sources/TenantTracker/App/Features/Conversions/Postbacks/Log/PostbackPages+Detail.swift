import Conversions
import Core
import Web

extension PostbackPages {
  /// A hit with all that came, and what it was understood as.
  func show(_ call: TrackerCall) async throws -> Reply {
    let entry = try await api.find(call)
    let times = LocalTimes(try await api.settings.all(of: call.place.scope))
    let networks = try await names.names(.networks, Set([entry.networkID].compactMap(\.self)), of: call.place.scope)
    let replayForm: HTML = """
      <form method="post" action="\(Self.path)/\(entry.hit.id)/replay">\(call.csrfField)<button class="btn btn-primary">\
      \(layout.icons(.refresh))Replay</button></form>
      """
    return layout.page(
      Layout.Frame(
        title: "Postback", current: Self.path, crumbs: [("Postbacks", Self.path)],
        actions: entry.isFruitless && mayWrite(call) ? replayForm : .empty), call,
      """
      <div class="ty-columns ty-even"><div>\(Parts.card("What became of it", outcome(entry, times, networks)))\
      \(Parts.card("Understood as", parameters(entry.hit)))</div>\
      <div>\(Parts.card("As it came", raw(entry, times)))</div></div>
      """)
  }

  private func outcome(_ entry: PostbackLogEntry, _ times: LocalTimes, _ networks: [Int64: String]) -> HTML {
    let click: HTML = entry.clickID.map { "<a href=\"/admin/clicks/\($0)\"><code>\($0)</code></a>" } ?? Parts.dash
    let conversion: HTML = entry.conversionID.map { "<code>\($0)</code>" } ?? Parts.dash
    let unmapped: HTML =
      entry.unmappedWord.map { word in
        Parts.note(
          .warning,
          """
          <p>Nobody has said yet what the status <strong>\(word)</strong> means. \
          <a href="\(UnmappedStatusPages.path)">Map it</a></p>
          """, layout.icons)
      } ?? .empty
    return unmapped
      + Parts.facts([
        ("Outcome", PostbackWords.badge(entry)), ("Why", Parts.text(entry.detail)), ("Click", click),
        ("Conversion", conversion), ("Network", Parts.text(entry.networkID.flatMap { networks[$0] })),
        ("Attempts", .escaped(Figures.count(entry.attempts))), ("Last attempt", times(entry.processedAt)),
      ])
  }

  private func raw(_ entry: PostbackLogEntry, _ times: LocalTimes) -> HTML {
    let hit = entry.hit
    let headers = hit.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    let body: HTML =
      if let text = entry.bodyText { block("Body", text) } else if hit.body.isEmpty { .empty } else {
        block("Body, \(Figures.count(hit.body.count)) bytes in base64url", hit.body.base64url)
      }
    return Parts.facts([
      ("Time", times(hit.receivedAt)), ("Way", .escaped(hit.channel.rawValue.capitalizedFirst)),
      ("Method", .escaped(hit.method.rawValue)), ("From", Parts.text(hit.address?.description)),
      ("With a key", hit.pathKey == nil ? "No" : "Yes"), ("Content type", Parts.text(hit.contentType)),
      ("Id", "<code>\(hit.id)</code>"),
    ]) + (hit.query.isEmpty ? .empty : block("Query", hit.shownQuery))
      + (headers.isEmpty ? .empty : block("Headers", headers))
      + body
  }

  private func block(_ title: String, _ text: String) -> HTML {
    "<h3 class=\"ty-heading\">\(title)</h3><pre class=\"ty-json\" tabindex=\"0\">\(text)</pre>"
  }

  private func parameters(_ hit: PostbackHit) -> HTML {
    guard hit.channel == .postback else { return "<p>This way has a form of its own; see what came.</p>" }
    do throws(PostbackFault) {
      let found = try PostbackParameters(hit)
      return Parts.facts([
        ("Click ids", Parts.text(found.clickIDs.map(\.description).joined(separator: ", "))),
        ("Payout", Parts.text(found.payout?.description)), ("Currency", Parts.text(found.currency?.code)),
        ("Status", Parts.text(found.statusWord)), ("Transaction", Parts.text(found.transactionID)),
        ("Type", .escaped(found.type.rawValue)), ("Goal", Parts.text(found.goalWords.first)),
      ])
    } catch {
      return "<p>\(error.explanation)</p>"
    }
  }
}
