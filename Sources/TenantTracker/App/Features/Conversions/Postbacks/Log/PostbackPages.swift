import Conversions
import Core
import Web

/// The postback log: every inbound hit, what became of it, and once more.
struct PostbackPages: Sendable {
  let api: PostbacksAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/postbacks"

  func register(in table: inout TrackerTable) {
    table.page("/postbacks", .read(.reports), "The postback log, newest first") { try await log($0) }
    table.page("/postbacks/{id}", .read(.reports), "An inbound hit as it came") { try await show($0) }
    table.action("/postbacks/{id}/replay", .write(.reports), "Process a hit once more") { try await replay($0) }
    table.action("/postbacks/replay", .write(.reports), "Process many hits once more") { try await replayMany($0) }
  }

  func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.reports)) }

  // The log

  private func log(_ call: TrackerCall, _ problem: Problem? = nil) async throws -> Reply {
    let filters = try await LogFilters.ofPostbacks(call, names)
    do {
      let page = try await api.page(call)
      let times = LocalTimes(try await api.settings.all(of: call.place.scope))
      let networks = try await names.names(
        .networks, Set(page.items.compactMap(\.networkID)), of: call.place.scope)
      let next = page.nextCursor.map { call.address(of: Self.path, after: $0) }
      let rows = page.items.map { row($0, times, networks, call) }
      let list = Parts.table(
        columns(call), rows, caption: "Postbacks, newest first", empty: empty(filters), next: next)
      return logPage(
        filters.html(action: Self.path, problem: problem, layout.icons) + selection(list, page.items, filters, call),
        call, status: problem?.status ?? 200)
    } catch let fault as Problem where fault.isAboutTheForm {
      return logPage(filters.html(action: Self.path, problem: fault, layout.icons), call, status: fault.status)
    }
  }

  private func logPage(_ content: HTML, _ call: TrackerCall, status: Int) -> Reply {
    layout.page(Layout.Frame(title: "Postbacks", current: Self.path), call, status: status, content)
  }

  private func columns(_ call: TrackerCall) -> [Parts.Heading] {
    (mayWrite(call) ? [.selection] : [])
      + ["Time", "Outcome", "What came", "From", "Network", "Click", .number("Attempts")]
  }

  private func row(
    _ entry: PostbackLogEntry, _ times: LocalTimes, _ networks: [Int64: String], _ call: TrackerCall
  ) -> HTML {
    let box: HTML =
      entry.isFruitless
      ? """
      <input class="form-check-input" type="checkbox" name="ids" value="\(entry.hit.id)" \
      aria-label="Replay the hit of \(times.text(entry.hit.receivedAt))">
      """ : .empty
    let click: HTML = entry.clickID.map { "<a href=\"/admin/clicks/\($0)\">Show click</a>" } ?? Parts.dash
    let reason: HTML = entry.detail.map { "<div class=\"ty-sub\">\($0)</div>" } ?? .empty
    return """
      <tr>\(if: mayWrite(call), "<td class=\"ty-check\">\(box)</td>")\
      <th scope="row"><a href="\(Self.path)/\(entry.hit.id)">\(times(entry.hit.receivedAt))</a></th>\
      <td>\(PostbackWords.badge(entry))\(reason)</td><td class="ty-truncate"><code>\(PostbackWords.summary(entry.hit))</code></td>\
      <td>\(Parts.text(entry.hit.address?.description))</td>\
      <td>\(Parts.text(entry.networkID.flatMap { networks[$0] }))</td><td>\(click)</td>\
      <td class="num">\(Figures.count(entry.attempts))</td></tr>
      """
  }

  private func empty(_ filters: LogFilters) -> HTML {
    filters.areSet
      ? Parts.empty(
        layout.icons(.search), "No postback fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show all postbacks</a>")
      : Parts.empty(
        layout.icons(.postbacks), "No postbacks yet",
        "Every hit on your postback URL is kept here as it came, whatever became of it.",
        "<a class=\"btn\" href=\"/admin/networks\">Go to affiliate networks</a>")
  }

  /// The list in a form that replays what is ticked, or all that fits the filters.
  private func selection(
    _ list: HTML, _ entries: [PostbackLogEntry], _ filters: LogFilters, _ call: TrackerCall
  ) -> HTML {
    guard mayWrite(call), entries.contains(where: \.isFruitless) else { return list }
    let fields = filters.chosen.map { field, value -> HTML in
      "<input type=\"hidden\" name=\"filter.\(field.name)\" value=\"\(value)\">"
    }
    return """
      <form method="post" action="\(Self.path)/replay">\(call.csrfField)\(fields)\
      <div class="ty-buttons mb-3"><button class="btn" name="which" value="ids">\(layout.icons(.refresh))Replay selected</button>\
      <button class="btn ty-quiet" name="which" value="filter" data-confirm="Replay every hit that fits the filters and \
      has recorded nothing?" data-confirm-yes="Replay">Replay all that fit</button></div>\(list)</form>
      """
  }

  // Once more

  private func replay(_ call: TrackerCall) async throws -> Reply {
    let target = "\(Self.path)/\(try call.uuid())"
    do {
      let (entry, result) = try await api.replay(call)
      let words = PostbackWords.title(result.code)
      return .redirect(
        to: target, flash: Flash(entry.isFruitless ? .error : .success, "Processed once more: \(words.lowercased())."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return .redirect(to: target, flash: Flash(.error, problem.detail ?? problem.title))
    }
  }

  private func replayMany(_ call: TrackerCall) async throws -> Reply {
    var body = JSONObject()
    if call.form["which"] == "filter" {
      var filter = JSONObject()
      for (name, value) in call.form.fields where name.hasPrefix("filter.") {
        filter[String(name.dropFirst("filter.".count))] = .string(value)
      }
      body["filter"] = .object(filter)
    } else {
      let ids = call.form.all("ids")
      guard !ids.isEmpty else {
        return .redirect(to: Self.path, flash: Flash(.error, "Tick the hits to replay first."))
      }
      body["ids"] = JSONValue(ids)
    }
    do {
      let run = try await api.replayMany(FieldReader(.object(body)), by: call)
      return .redirect(to: "\(ConversionRunPages.path)/\(run.id)")
    } catch let problem as Problem where problem.isAboutTheForm {
      let message = problem.errors.first.map(FormFields.sentence) ?? problem.detail ?? problem.title
      return .redirect(to: Self.path, flash: Flash(.error, message))
    }
  }
}

extension LogFilters {
  static func ofPostbacks(_ call: TrackerCall, _ names: NameStore) async throws -> LogFilters {
    let networks = try await names.live(.networks, of: call.place.scope).choices
    return LogFilters(
      [
        Field(name: "from", label: "From", control: .date), Field(name: "to", label: "To", control: .date),
        Field(name: "outcome", label: "Outcome", control: .choice(PostbackWords.choices, none: "All")),
        Field(name: "network_id", label: "Network", control: .choice(networks, none: "All")),
        Field(name: "q", label: "Search", control: .text(placeholder: "Id, or text of the hit")),
        Field(name: "click_id", label: "Click id", control: .text(placeholder: ""), isMore: true),
        Field(
          name: "channel", label: "Way",
          control: .choice(
            InboundChannel.allCases.map { .init($0.rawValue, $0.rawValue.capitalizedFirst) }, none: "All"),
          isMore: true),
      ], call)
  }
}
