import ClickPath
import Conversions
import Core
import Licensing
import Web

/// The filters above a log. They are its address's query, named as in the API.
struct LogFilters: Sendable {
  struct Field: Sendable {
    enum Control: Sendable {
      case text(placeholder: String)
      case date
      case choice([FormFields.Choice], none: String)
    }

    let name: String
    let label: String
    let control: Control
    /// Behind "More filters", unless it is set.
    var isMore = false
  }

  let fields: [Field]
  let values: [String: String]

  init(_ fields: [Field], _ call: TrackerCall) {
    self.fields = fields
    values = Dictionary(call.head.queryItems.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  var areSet: Bool { fields.contains { !(values[$0.name] ?? "").isEmpty } }

  /// The log with these filters, from its beginning.
  func address(_ path: String) -> PageAddress { PageAddress(path, fields.map { ($0.name, values[$0.name] ?? "") }) }

  func html(action: String, problem: Problem?, _ icons: IconSet) -> HTML {
    let form = FormFields([:], problem: problem, icons: icons)
    let more = fields.filter(\.isMore)
    let isMoreSet = more.contains { !(values[$0.name] ?? "").isEmpty }
    let reset: HTML = areSet ? "<a class=\"btn ty-quiet\" href=\"\(href: action)\">Reset</a>" : .empty
    let moreFilters: HTML = """
      <details class="ty-details"\(attribute: "open", when: isMoreSet)><summary>More filters</summary>\
      <div class="ty-filters">\(more.map(control))</div></details>
      """
    return """
      \(form.summary)<form class="ty-log-filters" method="get" action="\(href: action)">
      <div class="ty-filters">\(fields.filter { !$0.isMore }.map(control))<button class="btn">Show</button>\(reset)</div>
      \(if: !more.isEmpty, moreFilters)</form>
      """
  }

  private func control(_ field: Field) -> HTML {
    let value = values[field.name] ?? ""
    let input: HTML =
      switch field.control {
      case .text(let placeholder):
        """
        <input class="form-control" id="\(field.name)" name="\(field.name)" value="\(value)" \
        placeholder="\(placeholder)" autocomplete="off">
        """
      case .date:
        "<input class=\"form-control\" type=\"date\" id=\"\(field.name)\" name=\"\(field.name)\" value=\"\(value)\">"
      case .choice(let choices, let none):
        """
        <select class="form-select" id="\(field.name)" name="\(field.name)">\
        \(FormFields.options(choices, current: value, none: none))</select>
        """
      }
    return "<div><label class=\"form-label\" for=\"\(field.name)\">\(field.label)</label>\(input)</div>"
  }
}

extension LogFilters {
  static func ofClicks(_ call: TrackerCall, _ names: NameStore) async throws -> LogFilters {
    let scope = call.place.scope
    let statuses = ClickStatus.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    var fields: [Field] = [
      Field(name: "from", label: "From", control: .date), Field(name: "to", label: "To", control: .date),
      Field(
        name: "campaign_id", label: "Campaign",
        control: .choice(try await names.live(.campaigns, of: scope).choices, none: "All")),
      Field(name: "status", label: "Status", control: .choice(statuses, none: "All")),
      Field(name: "q", label: "Click id", control: .text(placeholder: "Ours or the source's")),
    ]
    for (name, label, noun) in [
      ("offer_id", "Offer", NameStore.Noun.offers), ("landing_id", "Landing page", .landings),
      ("source_id", "Source", .sources), ("publisher_id", "Publisher", .publishers),
    ] {
      fields.append(
        Field(
          name: name, label: label, control: .choice(try await names.live(noun, of: scope).choices, none: "All"),
          isMore: true))
    }
    fields.append(Field(name: "country", label: "Country", control: .text(placeholder: "US"), isMore: true))
    fields.append(Field(name: "ip", label: "IP address", control: .text(placeholder: "203.0.113.42"), isMore: true))
    for number in 1...5 {
      fields.append(Field(name: "sub\(number)", label: "Sub\(number)", control: .text(placeholder: ""), isMore: true))
    }
    return LogFilters(fields, call)
  }

  static func ofConversions(_ call: TrackerCall, _ names: NameStore) async throws -> LogFilters {
    let scope = call.place.scope
    let statuses = ConversionStatus.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    let scheme = Field(
      name: "scheme_status", label: "Order",
      control: .choice(SchemeStatus.allCases.map(StatusChoices.choice), none: "All"))
    let reviews = ReviewState.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    return LogFilters(
      [
        Field(name: "from", label: "From", control: .date), Field(name: "to", label: "To", control: .date),
        Field(
          name: "campaign_id", label: "Campaign",
          control: .choice(try await names.live(.campaigns, of: scope).choices, none: "All")),
        Field(name: "status", label: "Status", control: .choice(statuses, none: "All")),
      ] + (call.session.entitlements.includes(.statusScheme) ? [scheme] : []) + [
        Field(name: "q", label: "Click or transaction id", control: .text(placeholder: "")),
        Field(
          name: "offer_id", label: "Offer",
          control: .choice(try await names.live(.offers, of: scope).choices, none: "All"), isMore: true),
        Field(
          name: "source_id", label: "Source",
          control: .choice(try await names.live(.sources, of: scope).choices, none: "All"), isMore: true),
        Field(
          name: "network_id", label: "Network",
          control: .choice(try await names.live(.networks, of: scope).choices, none: "All"), isMore: true),
        Field(
          name: "publisher_id", label: "Publisher",
          control: .choice(try await names.live(.publishers, of: scope).choices, none: "All"), isMore: true),
        Field(name: "country", label: "Country", control: .text(placeholder: "US"), isMore: true),
        Field(name: "type", label: "Type", control: .text(placeholder: "sale"), isMore: true),
        Field(name: "review", label: "Review", control: .choice(reviews, none: "All"), isMore: true),
      ], call)
  }
}

extension String {
  /// `Blocked` for `blocked`.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
