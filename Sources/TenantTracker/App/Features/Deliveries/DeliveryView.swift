import Core
import Web

/// A postback out: what was sent, when, and the answer.
struct DeliveryView: Sendable {
  let delivery: Delivery
  let sourceName: String
  let times: LocalTimes
  let icons: IconSet

  static func title(_ state: Delivery.State) -> String {
    switch state {
    case .waiting: "Waiting"
    case .delivered: "Delivered"
    case .dead: "Dead letter"
    case .cancelled: "Cancelled"
    case .skipped: "Not needed"
    }
  }

  static func badge(_ state: Delivery.State) -> HTML {
    let tone: Parts.Tone =
      switch state {
      case .delivered: .good
      case .dead: .bad
      case .waiting: .warn
      case .cancelled, .skipped: .plain
      }
    return Parts.badge(title(state), tone)
  }

  /// In a few words.
  static func answer(_ delivery: Delivery) -> String? {
    delivery.problem ?? delivery.lastAttempt?.status.map { "\($0)" }
  }

  var html: HTML {
    """
    \(note)<div class="ty-columns ty-even"><div>\(Parts.card("What was sent", request))</div>\
    <div>\(Parts.card("What came of it", Parts.facts(outcome) + body))</div></div>
    """
  }

  private var note: HTML {
    guard let problem = delivery.problem else { return .empty }
    return switch delivery.state {
    case .dead:
      Parts.note(
        .error,
        "<p>\(problem)</p><p class=\"ty-sub\">Put it right, then send it again: the postback's URL is read anew.</p>",
        icons)
    case .waiting: Parts.note(.warning, "<p>\(problem) It will be tried again.</p>", icons)
    default: Parts.note(.info, "<p>\(problem)</p>", icons)
    }
  }

  private var request: HTML {
    let message = delivery.message
    let body: HTML =
      message.body.isEmpty ? .empty : "<pre class=\"ty-pre\"><code>\(message.body)</code></pre>"
    return """
      \(Parts.copyable("\(message.method.rawValue) to", message.url, id: "delivery-url", icons))\(body)\
      \(Parts.facts([
        ("Source", "<a href=\"/admin/sources/\(delivery.sourceID)\">\(sourceName)</a>"),
        ("Status told", Parts.status(delivery.status)),
        ("Click", "<a href=\"/admin/clicks/\(delivery.clickID)\">\(delivery.clickID)</a>"),
        ("Conversion", "<code>\(delivery.conversionID)</code>"), ("Event id", "<code>\(delivery.id)</code>"),
      ]))
      """
  }

  private var outcome: [(name: String, value: HTML)] {
    let attempt = delivery.lastAttempt
    return [
      ("State", Self.badge(delivery.state)), ("Attempts", .escaped(Figures.count(delivery.attempts))),
      ("Queued", times(delivery.createdAt)), ("Last attempt", times(attempt?.at)),
      ("Took", Parts.text(attempt.map { "\($0.milliseconds) ms" })),
      ("Next attempt", delivery.state == .waiting ? times(delivery.dueAt) : Parts.dash),
      ("Answer", Parts.text(attempt?.status.map { "\($0)" })),
    ]
  }

  private var body: HTML {
    guard let text = delivery.lastAttempt?.text, !text.isEmpty else { return .empty }
    return """
      <h3 class="ty-heading">Answer's body</h3><pre class="ty-pre" tabindex="0" aria-label="Answer's body">\
      <code>\(text)</code></pre>
      """
  }
}
