import Conversions
import Core
import Web

/// What people read about a hit.
enum PostbackWords {
  static func title(_ code: String) -> String {
    switch code {
    case "recorded": "Recorded"
    case "updated": "Updated"
    case "repeated": "Known already"
    case "move_refused": "Status refused"
    case "ignored": "Ignored"
    case "unknown_click": "Unknown click"
    case "no_click_id": "No click id"
    case "bad_parameter": "Bad parameter"
    case "bad_body": "Bad body"
    case "unauthorized": "Not authorized"
    case "failed": "Failed"
    case "not_yet": "Waits for its click"
    case "counted": "Counted before"
    case "moved_since": "Moved since"
    case "gone": "Gone"
    default: code.replacing("_", with: " ").capitalizedFirst
    }
  }

  static func badge(_ entry: PostbackLogEntry) -> HTML {
    let isUnmapped = entry.unmappedWord != nil
    let note: HTML = isUnmapped ? " \(Parts.badge("Status not mapped", .warn))" : .empty
    return Parts.badge(title(entry.outcome), tone(entry.outcome)) + note
  }

  private static func tone(_ code: String) -> Parts.Tone {
    switch code {
    case "recorded", "updated": .good
    case "repeated", "ignored": .plain
    case "move_refused": .warn
    default: .bad
    }
  }

  static let choices = PostbackOutcome.codes.map { FormFields.Choice($0, title($0)) }

  /// The beginning of what came.
  static func summary(_ hit: PostbackHit) -> String {
    let text = hit.query.isEmpty ? String(decoding: hit.body.prefix(200), as: UTF8.self) : hit.shownQuery
    return text.isEmpty ? hit.method.rawValue : String(text.prefix(200))
  }
}
