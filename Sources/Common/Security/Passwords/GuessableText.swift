import Core

/// A password as a guessing tool sees it: lower case, look-alike characters folded.
struct GuessableText {
  private let characters: [Character]
  private let folded: String

  init(_ password: String) {
    let lowered = password.lowercased()
    characters = Array(lowered)
    folded = Self.fold(lowered)
  }

  /// Up to four characters over and over: `aaaaaaaaaaaa`, `abcabcabcabc`, `12341234123412`.
  var isRepetition: Bool {
    (1...4).contains { period in
      characters.count >= period * 3
        && characters.indices.dropFirst(period).allSatisfy { index in
          characters[index] == characters[index - period]
        }
    }
  }

  /// Nothing but one or two runs along the alphabet, the digits or the keyboard, either way: `qwertyuiop12`.
  var isSequence: Bool {
    var rest = String(characters)[...]
    for _ in 0..<4 {
      guard let run = Self.longestRun(at: rest), run >= 2 else { return false }
      rest = rest.dropFirst(run)
      if rest.isEmpty { return true }
    }
    return false
  }

  /// A word of the list, or one with only digits and signs around it: `Password2024!`.
  var isCommon: Bool {
    let raw = String(characters)
    if commonPasswords.contains(raw) || commonPasswords.contains(folded) { return true }
    let isFiller = { (character: Character) in !character.isLetter }
    let core = raw.dropLast(raw.reversed().prefix(while: isFiller).count).drop(while: isFiller)
    let foldedCore = Self.fold(core)
    return commonStems.contains(String(core)) || commonStems.contains(foldedCore)
      || commonStems.contains { Self.repeats($0, in: foldedCore) }
  }

  /// The address or the part before its @, with fewer than eight characters of its own.
  func isMostly(_ email: EmailAddress) -> Bool {
    let raw = String(characters)
    let local = email.description.prefix { $0 != "@" }
    return [email.description[...], local].contains { part in
      part.count >= 4 && raw.contains(part) && raw.count - part.count < 8
    }
  }

  private static func repeats(_ stem: String, in text: String) -> Bool {
    let (times, rest) = text.count.quotientAndRemainder(dividingBy: stem.count)
    return times > 1 && rest == 0 && text == String(repeating: stem, count: times)
  }

  private static func fold(_ text: some StringProtocol) -> String {
    String(
      text.map { character in
        switch character {
        case "@", "4": "a"
        case "3": "e"
        case "1", "!": "i"
        case "0": "o"
        case "$", "5": "s"
        case "7": "t"
        default: character
        }
      })
  }

  private static func longestRun(at text: Substring) -> Int? {
    keyboardRuns.map { run in
      guard let first = text.first else { return 0 }
      return run.indices.filter { run[$0] == first }.map { start in
        zip(run[start...], text).prefix { $0 == $1 }.count
      }.max() ?? 0
    }.max()
  }

  /// Rows and the columns of a keyboard, alphabet and digits, forwards and backwards.
  private static let keyboardRuns: [[Character]] = {
    let rows = [
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "01234567890123456789012345678901234567890",
      "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
      "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p",
      "!@#$%^&*()_+", "q1w2e3r4t5y6u7i8o9p0",
    ].map { Array($0) }
    return rows + rows.map { $0.reversed() }
  }()
}
