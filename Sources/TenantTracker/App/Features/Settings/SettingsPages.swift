import Core
import Foundation
import Web

/// What a tenant decides for all its campaigns.
struct SettingsPages: Sendable {
  let api: SettingsAPI
  let layout: Layout

  private static let path = "/admin/settings"

  func register(in table: inout TrackerTable) {
    table.page("/settings", .read(.settings), "General settings") { call in
      let values = try await api.store.all(of: call.place.scope).json.objectValue ?? [:]
      return page(FormFields(values, icons: layout.icons), call)
    }
    table.action("/settings", .write(.settings), "Change general settings") { try await change($0) }
  }

  /// Names with a history, as the API takes them.
  private static let zones: [FormFields.Choice] =
    (["UTC"] + TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }.sorted()).map {
      FormFields.Choice($0, $0.replacing("_", with: " "))
    }

  private func page(_ fields: FormFields, _ call: TrackerCall) -> Reply {
    let isOpen = call.session.allows(.write(.settings))
    let buttons: HTML =
      "<div class=\"card-footer ty-buttons\"><button class=\"btn btn-primary\">Save changes</button></div>"
    return layout.page(
      Layout.Frame(title: "Settings", current: Self.path, actions: geoip, extras: [.search]), call,
      status: fields.problem?.status ?? 200,
      """
      <form class="card ty-form" method="post" action="\(Self.path)" novalidate>\(call.csrfField)\
      <div class="card-header"><h2 class="card-title">General</h2></div><div class="card-body">\(fields.summary)\
      <fieldset\(attribute: "disabled", when: !isOpen)>\
      \(fields.currency(
        "currency", "Currency", hint: "Reports are in it; new campaigns and offers start with it."))
      \(fields.select(
        "timezone", "Time zone", Self.zones, hint: "Where a day of your reports begins and ends.", searchable: true))
      \(fields.input(
        "uniqueness_hours", "A visitor is unique again after (hours)", .number,
        hint: "Counted from the visit that was unique."))
      \(fields.input(
        "postback_log_days", "Keep postbacks for (days)", .number,
        hint: "As long they can be looked at and replayed. Conversions stay."))
      \(fields.toggle(
        "anonymize_ip", "Anonymize visitors’ IP addresses",
        hint: "The last octet is zeroed before anything is stored or passed on. Country and city are still known."))
      </fieldset></div>\(if: isOpen, buttons)</form>\(PortPages.card(layout.icons))
      """)
  }

  private var geoip: HTML {
    """
    <a class="btn" href="\(CurrencyPages.path)">\(layout.icons(.currencies))Currencies</a>\
    <a class="btn" href="\(GeoIPPages.path)">\(layout.icons(.domains))GeoIP databases</a>
    """
  }

  private func change(_ call: TrackerCall) async throws -> Reply {
    let values = call.form.body(
      texts: ["currency", "timezone"], numbers: ["uniqueness_hours", "postback_log_days"], flags: ["anonymize_ip"])
    do {
      try await api.change(FieldReader(.object(values)), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The settings were saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return page(FormFields(values, problem: problem, icons: layout.icons), call)
    }
  }
}
