import Core
import Web

/// The builder's form, the URL that follows from it, and what a test showed.
struct PostbackBuilderView: Sendable {
  /// What a test sent, and what would become of it.
  struct Test: Sendable {
    let query: String
    let explanation: PostbackExplanation
  }

  let builder: PostbackBuilder
  let networks: [NameStore.Name]
  /// The bases to choose from.
  let hosts: [String]
  /// Of a test.
  let values: [PostbackPart: String]
  let test: Test?
  let icons: IconSet

  static func testValues(_ call: TrackerCall, _ builder: PostbackBuilder) -> [PostbackPart: String] {
    var values: [PostbackPart: String] = [:]
    for part in builder.parts {
      let given = call.query("test_\(part.rawValue)").map { String($0.prefix(300)) }
      let sample = part.sample.isEmpty ? nil : part.sample
      values[part] = given ?? (call.query("test") == nil ? sample : nil)
    }
    return values
  }

  var html: HTML {
    """
    <form method="get" action="\(PostbackBuilderPages.path)" class="ty-columns ty-even" data-live="builder-result" novalidate>\
    <input type="hidden" name="built" value="\(builder.template.id)">\
    <div>\(Parts.card("What the network tells", choices))</div>\
    <div id="builder-result">\(result)</div></form>
    """
  }

  // What is chosen

  private var choices: HTML {
    let form = FormFields(
      [
        "network_id": JSONValue(builder.network.map { "\($0.id)" }), "template": .string(builder.template.id),
        "base": .string(builder.base), "key": .bool(builder.usesKey),
      ], icons: icons)
    return """
      \(form.select(
        "network_id", "Network", networks.map { .init("\($0.id)", $0.name) }, none: "Any of them",
        hint: networks.isEmpty ? "Add your network under Affiliate Networks first; then its URL can have a key." : nil))
      \(form.select(
        "template", "Its software", NetworkTemplate.all.map { .init($0.id, $0.name) },
        hint: "Fills in its macros."))
      \(form.select("base", "Domain", hosts.map { .init($0, $0) }, hint: "This address, and the domains you have verified."))
      \(form.toggle("key", "With the network's key", hint: "Nobody else can report its conversions then."))
      <fieldset class="ty-list"><legend class="form-label">Parameters</legend>\(PostbackPart.allCases.map(row))</fieldset>
      <button class="btn">Build</button>
      """
  }

  private func row(_ part: PostbackPart) -> HTML {
    let isNeeded = part == .clickID
    let name = "use_\(part.rawValue)"
    return """
      <div class="ty-row"><div><label class="form-check"><input class="form-check-input" type="checkbox" name="\(name)" \
      value="true"\(attribute: "checked", when: builder.parts.contains(part))\(attribute: "disabled", when: isNeeded)>\
      <span class="form-check-label">\(part.title) <code>\(part.parameter)</code></span></label>\
      <small class="form-hint">\(part.purpose)</small></div>\
      <div><input class="form-control ty-code" name="macro_\(part.rawValue)" value="\(builder.macro(part))" \
      aria-label="The network's macro: \(part.title)" placeholder="The network's macro" autocomplete="off"></div></div>
      """
  }

  // What follows

  private var result: HTML {
    Parts.card("Postback URL", url) + Parts.card("Send a test", testForm) + (test.map(answer) ?? .empty)
  }

  private var url: HTML {
    let missing = builder.parts.filter { builder.macro($0) == nil }.map(\.title)
    let left: HTML = Parts.note(
      .warning,
      """
      <p>\(builder.template.name) has no macro for \(missing.joined(separator: ", ").lowercased()): it is left out. \
      Enter one if your network has it.</p>
      """, icons)
    let key: HTML = Parts.note(
      .info, "<p>Choose a network to have its key in the URL: without one anybody can report its conversions.</p>",
      icons)
    let hints = builder.template.hints.map { "<li>\($0)</li>" as HTML }
    return """
      \(Parts.copyable(
        "Set this in the network", builder.url, id: "built-url", icons,
        hint: "The network puts its values in the place of its macros."))\
      \(if: !missing.isEmpty, left)\(if: builder.usesKey && builder.network == nil, key)\
      \(Parts.copyable(
        "In the offer's URL", builder.offerParameter, id: "offer-parameter", icons,
        hint: "So the network has our click id to send back."))\
      <ul class="ty-plain">\(hints)<li>If the network can sign its postbacks (HMAC), give it a secret in its form here: \
      unsigned ones are refused then.</li></ul>
      """
  }

  private var testForm: HTML {
    let fields = builder.parts.map { part -> HTML in
      """
      <div><label class="form-label" for="test_\(part.rawValue)">\(part.title)</label><input class="form-control" \
      id="test_\(part.rawValue)" name="test_\(part.rawValue)" value="\(values[part])" autocomplete="off"></div>
      """
    }
    return """
      <p>Goes the postback's whole way with these values and says what would become of it. Nothing is recorded.</p>\
      <div class="ty-filters">\(fields)</div>\
      <div class="ty-buttons"><button class="btn btn-primary" name="test" value="1">Send a test</button></div>
      """
  }

  private func answer(_ test: Test) -> HTML {
    let explanation = test.explanation
    let steps = explanation.steps.map { step -> HTML in
      let icon: Icon =
        switch step.verdict {
        case .good: .check
        case .warning: .warning
        case .bad: .error
        }
      return "<li>\(icons(icon))<div>\(step.text)</div></li>"
    }
    let tone: Parts.Tone =
      switch explanation.outcome {
      case .recorded, .updated: .good
      case .repeated: .plain
      case .moveRefused: .warn
      case .unknownClick, .refused, .unauthorized: .bad
      }
    return """
      <div role="status" data-test-answer>\(Parts.card(
        "The answer",
        """
        <p>\(Parts.badge("\(explanation.outcome.status) \(explanation.outcome.title)", tone)) \
        <code>\(builder.path)?\(test.query)</code></p><ol class="ty-steps">\(steps)</ol>
        """))</div>
      """
  }
}

extension PostbackExplanation.Outcome {
  /// For people.
  var title: String {
    switch self {
    case .recorded: "A new conversion"
    case .updated: "A conversion is changed"
    case .repeated: "Known already"
    case .moveRefused: "Known, and stays as it is"
    case .unknownClick: "Unknown click"
    case .refused: "Cannot be read"
    case .unauthorized: "Refused"
    }
  }
}
