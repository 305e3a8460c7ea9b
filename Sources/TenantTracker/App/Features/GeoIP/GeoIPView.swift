import Core
import Geo
import Web

/// The parts of the GeoIP page.
struct GeoIPView: Sendable {
  let icons: IconSet
  let now: Timestamp

  func databases(_ statuses: [GeoStatus], _ times: LocalTimes) -> HTML {
    let rows = statuses.map { status -> HTML in
      let state = status.state(at: now)
      let problem: HTML = GeoIPAPI.problem(of: status).map { "<div class=\"ty-fault\">\($0)</div>" } ?? .empty
      return """
        <tr><th scope="row">\(title(status.slot))</th><td>\(badge(state))\(problem)</td>\
        <td>\(status.edition)</td><td>\(times(status.facts?.builtAt))</td>\
        <td class="num">\(status.facts.map { Figures.count($0.nodeCount) } ?? Figures.none)</td>\
        <td class="num">\(status.facts.map { megabytes($0.size) } ?? Figures.none)</td>\
        <td>\(checksum(status.facts))</td><td>\(times(status.loadedAt))</td></tr>
        """
    }
    return Parts.flushCard(
      "Databases",
      Parts.bareTable(
        [
          "Database", "Status", "Edition", "Data of", .number("Nodes"), .number("Size"), "SHA-256", "Loaded",
        ], rows, caption: "GeoIP databases"))
  }

  private func title(_ slot: GeoSlot) -> String {
    switch slot {
    case .city: "Country and city"
    case .network: "Provider"
    case .connection: "Connection type"
    }
  }

  private func badge(_ state: GeoStatus.State) -> HTML {
    switch state {
    case .ok: Parts.badge("Ok", .good)
    case .missing: Parts.badge("Missing", .plain)
    case .corrupt: Parts.badge("Corrupt", .bad)
    case .old: Parts.badge("Old", .warn)
    }
  }

  private func checksum(_ facts: GeoDatabaseFacts?) -> HTML {
    guard let sum = facts?.checksum else { return Parts.dash }
    return "<code title=\"\(sum)\">\(sum.prefix(12))…</code>"
  }

  private func megabytes(_ bytes: Int) -> String {
    bytes < 1_000_000 ? "\(Figures.count((bytes + 999) / 1_000)) kB" : "\(Figures.count(bytes / 1_000_000)) MB"
  }

  /// How the download goes. While it runs, the part asks the server for itself again.
  func progress(_ download: GeoIPDownload) -> HTML {
    switch download.state {
    case .idle: return .empty
    case .done: return Parts.note(.info, "<p>The databases were downloaded, checked and loaded.</p>", icons)
    case .failed: return Parts.note(.error, "<p>\(download.error)</p>", icons)
    case .running:
      let files = download.files.map { file -> HTML in
        "<li>\(file.edition): \(words(file))</li>"
      }
      return """
        <section class="card" id="download" data-poll="\(GeoIPPages.path)/download"><div class="card-body"><p role="status">Downloading: \
        \(download.percent)%</p><progress class="ty-meter" max="100" value="\(download.percent)" \
        aria-label="Download of the databases">\(download.percent)%</progress><ul>\(files)</ul>\
        <noscript><a class="btn" href="\(GeoIPPages.path)">Refresh</a></noscript></div></section>
        """
    }
  }

  private func words(_ file: GeoIPDownload.File) -> String {
    switch file.step {
    case .waiting: "waiting"
    case .downloading: "\(megabytes(file.bytes)) of \(file.total.map(megabytes) ?? "an unknown size")"
    case .unpacking: "checking"
    case .done: "ready"
    case .failed: "failed"
    }
  }

  var notYours: HTML {
    Parts.note(
      .info, "<p>These files belong to the whole installation. Its default account looks after them.</p>", icons)
  }

  /// The form that asks, and under it the answer for what was asked.
  func test(_ text: String?, api: GeoIPAPI) -> HTML {
    let asked = text?.trimmed ?? ""
    let address = IPAddress(asked)
    let problem =
      asked.isEmpty || address != nil ? nil : Problem.invalid("ip", "ip", GeoIPAPI.notAnAddress)
    let fields = FormFields(["ip": .string(asked)], problem: problem, icons: icons)
    return """
      <form class="card ty-form" method="get" action="\(GeoIPPages.path)"><div class="card-header">\
      <h2 class="card-title">Test an IP</h2></div><div class="card-body">\
      \(fields.input("ip", "IP address", required: true, placeholder: "198.18.0.1"))\(address.map { answer($0, api) })\
      </div><div class="card-footer ty-buttons"><button class="btn">\(icons(.search))Look up</button></div></form>
      """
  }

  private func answer(_ address: IPAddress, _ api: GeoIPAPI) -> HTML {
    let told = api.test(address)
    let text = { (name: String) -> HTML in Parts.text(FormFields.text(of: told[name])) }
    return Parts.facts([
      ("Country", told["country"] == .null ? Parts.dash : "\(text("country_name")) (\(text("country")))"),
      ("Region", text("region")), ("City", text("city")), ("Provider", text("isp")), ("AS number", text("asn")),
      ("Connection", text("connection")), ("Network", text("network")),
    ])
  }
}
