import ClickPath
import Core
import Licensing
import Web

extension CampaignPages {
  /// Whom the campaign turns away: bots, and visitors who have seen it often enough.
  func guards(_ form: FormFields, _ call: TrackerCall) -> HTML {
    let fields = form.unfolding("bot_filter").unfolding("frequency_cap")
    return """
      <fieldset class="ty-list"><legend class="form-label">Bot filter</legend>
      \(fields.toggle(
        "bot_filter.enabled", "Send bots elsewhere",
        hint: "Known bots such as Googlebot or curl, and whoever is on the blacklist."))
      \(scoreNote(call))
      \(fields.input(
        "bot_filter.redirect_url", "Where bots go", .url, hint: "Empty for \(BotFilterRecord.defaultURL)",
        placeholder: BotFilterRecord.defaultURL))</fieldset>
      <fieldset class="ty-list"><legend class="form-label">Frequency cap</legend>
      <div class="ty-pair">\(fields.input(
        "frequency_cap.limit", "Visits at most", .number, hint: "Empty for no cap.", placeholder: "3"))\
      \(fields.input("frequency_cap.hours", "Within hours", .number, placeholder: "24"))</div>
      <div class="ty-pair">\(fields.select(
        "frequency_cap.key", "Counted by", Self.capKeys,
        hint: "Mobile carriers put thousands of phones behind one address: there, count by cookie."))\
      \(fields.input(
        "frequency_cap.redirect_url", "Where those over it go", .url, hint: "Empty for a plain page."))</div></fieldset>
      """
  }

  private static let capKeys: [FormFields.Choice] = [
    .init(FrequencyCapRecord.Key.address.rawValue, "IP address"),
    .init(FrequencyCapRecord.Key.visitor.rawValue, "Cookie, else IP address"),
  ]

  private func scoreNote(_ call: TrackerCall) -> HTML {
    let feature = Feature.antiFraud
    return call.session.entitlements.includes(feature)
      ? """
      <small class="form-hint">Also clicks whose fraud score is \(FraudScore.blocking) or more.</small>
      """
      : Parts.note(
        .info, "<p>Clicks are not scored: \(feature.title) is part of the \(feature.plan.title) plan.</p>", layout.icons
      )
  }

  /// What ``guards(_:_:)`` adds to the API's body.
  static func guards(of form: FormBody) -> JSONObject {
    let filter = form.body(texts: ["bot_filter.redirect_url"], flags: ["bot_filter.enabled"])
    let cap = form.body(
      texts: ["frequency_cap.key", "frequency_cap.redirect_url"],
      numbers: ["frequency_cap.limit", "frequency_cap.hours"])
    // Without a number of visits and of hours there is no cap, whatever else stands there.
    let isCapped = ["limit", "hours"].contains { !(cap["frequency_cap.\($0)"]?.isNull ?? true) }
    return [
      "bot_filter": .object(filter.folded("bot_filter")),
      "frequency_cap": isCapped ? .object(cap.folded("frequency_cap")) : .null,
    ]
  }
}

extension JSONObject {
  /// The members below `name.`, without that.
  fileprivate func folded(_ name: String) -> JSONObject {
    var object = JSONObject()
    for member in members where member.key.hasPrefix("\(name).") {
      object[String(member.key.dropFirst(name.utf8.count + 1))] = member.value
    }
    return object
  }
}
