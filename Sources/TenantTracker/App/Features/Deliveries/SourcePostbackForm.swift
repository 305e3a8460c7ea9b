import Conversions
import Core
import Web

/// The fields of a source's postback.
struct SourcePostbackForm: Sendable {
  let fields: FormFields
  let icons: IconSet

  static func fields(_ postback: SourcePostback, _ icons: IconSet) -> FormFields {
    fields(postback.json.objectValue ?? [:], nil, icons)
  }

  /// The success rule's members have names of their own in the form.
  static func fields(_ body: JSONObject, _ problem: Problem?, _ icons: IconSet) -> FormFields {
    var values = body
    values["types"] = .string((body["types"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ", "))
    values["success.kind"] = body["success"]?["kind"] ?? ""
    values["success.path"] = body["success"]?["path"] ?? ""
    values["success.value"] = body["success"]?["value"] ?? ""
    return FormFields(values, problem: problem, icons: icons)
  }

  func html(_ postback: SourcePostback?) -> HTML {
    """
    \(placeholders(postback))\(fields.input("name", "Name", hint: "For you; empty shows the target's host."))
    \(fields.input(
      "url", "URL", .url, required: true,
      hint: "{external_id} is the source's click id; {payout}, {currency}, {status}, {txid}, {goal}, {event_id} and every fact of the click work, too. {status:lead=0 sale=1} puts the source's words in the place of ours.",
      placeholder: "https://source.example/postback?id={external_id}&value={payout}"))
    \(statuses)
    \(fields.input(
      "types", "Only of these types", hint: "sale, lead, upsell, rebill or one of your own, with commas between; empty for all."))
    \(fields.select("method", "Sent by", SourcePostback.Method.allCases.map { .init($0.rawValue, $0.rawValue) }, reveals: true))
    \(FormFields.shown(for: "method", "POST", content: post))
    \(fields.select(
      "success.kind", "It has arrived when the answer",
      [
        .init("contains", "contains a text"), .init("not_contains", "does not contain a text"),
        .init("json", "has a value in its JSON"),
      ], none: "has a status of 200 to 299", hint: "Many platforms answer 200 with an error in it.", reveals: true))
    \(FormFields.shown(for: "success.kind", "json", content: fields.input("success.path", "Way to the value", placeholder: "data.code")))
    \(FormFields.shown(
      for: "success.kind", "contains", "not_contains", "json", content: fields.input("success.value", "Text or value", placeholder: "OK")))
    \(fields.toggle("active", "Active"))
    """
  }

  private func placeholders(_ postback: SourcePostback?) -> HTML {
    guard let words = postback?.placeholders, !words.isEmpty else { return .empty }
    return Parts.note(
      .warning,
      "<p>Put your own values in the place of \(words.joined(separator: ", ")) in the URL. Until then nothing is sent.</p>",
      icons)
  }

  private var statuses: HTML {
    let chosen = Set((fields.values["statuses"]?.arrayValue ?? []).compactMap(\.stringValue))
    let boxes = ConversionStatus.allCases.map { status -> HTML in
      """
      <label class="form-check form-check-inline"><input class="form-check-input" type="checkbox" name="statuses" \
      value="\(status.rawValue)"\(attribute: "checked", when: chosen.contains(status.rawValue))>\
      <span class="form-check-label">\(status.rawValue.capitalizedFirst)</span></label>
      """
    }
    return """
      <fieldset class="ty-field" id="statuses"><legend class="form-label required">Tells of conversions that become</legend>\
      \(boxes)\(fields.faultNote("statuses"))\
      <small class="form-hint">Once for each status of each conversion.</small></fieldset>
      """
  }

  private var post: HTML {
    """
    \(fields.input("content_type", "Content type", hint: "Empty: a form's.", placeholder: "application/json"))
    \(fields.area("body", "Body", hint: "With the same macros.", isCode: true))
    """
  }

  static func words(_ rule: SuccessRule?) -> String {
    switch rule {
    case nil: "Any 2xx"
    case .contains(let text)?: "2xx with \(text)"
    case .lacks(let text)?: "2xx without \(text)"
    case .json(let path, let value)?: "2xx with \(path.joined(separator: ".")) = \(value)"
    }
  }

  /// The API's body.
  static func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "url", "method"], flags: ["active"])
    body["statuses"] = JSONValue(form.all("statuses"))
    body["types"] = JSONValue((form["types"] ?? "").split(separator: ",").map(\.trimmed).filter { !$0.isEmpty })
    let isPost = form["method"] == SourcePostback.Method.post.rawValue
    body["content_type"] = .string(isPost ? form["content_type"] ?? "" : "")
    body["body"] = .string(isPost ? form["body"] ?? "" : "")
    let kind = form["success.kind"] ?? ""
    body["success"] =
      kind.isEmpty
      ? .null
      : [
        "kind": .string(kind), "path": .string(form["success.path"] ?? ""),
        "value": .string(form["success.value"] ?? ""),
      ]
    return body
  }
}
