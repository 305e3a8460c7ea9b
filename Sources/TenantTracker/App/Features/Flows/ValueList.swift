import Core

/// Several values in one line of text: `US, CA`. One that holds a comma, or nothing, stands in quotes:
/// `"Amazon.com, Inc.", Hetzner`.
enum ValueList {
  static func text(_ values: [String]) -> String {
    values.map { value in
      let needsQuotes = value.isEmpty || value.contains(",") || value.contains("\"") || value.trimmed != value
      return needsQuotes ? "\"\(value.replacing("\"", with: "\"\""))\"" : value
    }.joined(separator: ", ")
  }

  /// Empty places between commas are no values.
  static func read(_ text: String) -> [String] {
    var values: [String] = []
    var current = ""
    var (isQuoted, wasQuoted, closedLast) = (false, false, false)
    let finish = {
      let value = wasQuoted ? current : current.trimmed
      if wasQuoted || !value.isEmpty { values.append(value) }
      (current, wasQuoted) = ("", false)
    }
    for character in text {
      switch character {
      case "\"" where isQuoted: (isQuoted, closedLast) = (false, true)
      case "\"" where closedLast:  // a doubled quote stands for one
        current.append("\"")
        (isQuoted, closedLast) = (true, false)
      case "\"" where current.trimmed.isEmpty && !wasQuoted: (current, isQuoted, wasQuoted) = ("", true, true)
      case "," where !isQuoted:
        finish()
        closedLast = false
      case _ where wasQuoted && !isQuoted && character.isWhitespace: closedLast = false
      default:
        current.append(character)
        closedLast = false
      }
    }
    finish()
    return values
  }
}
