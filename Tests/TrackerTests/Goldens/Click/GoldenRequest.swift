import ClickPath
import Core

/// One request of a golden file and what is to become of it.
struct GoldenRequest {
  let number: Int
  let time: String
  /// How often it comes at that time.
  let count: Int
  /// What the dice show one after the other, each of so many.
  let dice: [Die]
  let method: VisitorRequest.Method
  let target: String
  let address: String
  let agent: String
  /// Without a colon it says whose cookie comes along.
  let headers: [String]
  let expected: GoldenOutcome

  struct Die {
    let shows: UInt64
    let of: UInt64
  }

  init(_ line: String, number: Int) throws {
    self.number = number
    let columns = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
    guard columns.count == 7 || columns.count == 8, columns[5].hasPrefix("=>") else {
      throw GoldenFault(number, "has not 7 or 8 columns")
    }
    let when = columns[0].split { " []".contains($0) }.map(String.init)
    guard let time = when.first else { throw GoldenFault(number, "comes at no time") }
    self.time = time
    count = when.dropFirst().first { $0.hasPrefix("x") }.flatMap { Int($0.dropFirst()) } ?? 1
    dice = when.compactMap { word in
      let parts = word.split(separator: "/").compactMap { UInt64($0) }
      return parts.count == 2 ? Die(shows: parts[0], of: parts[1]) : nil
    }
    let asked = columns[1].split(separator: " ").map(String.init)
    let methods: [String: VisitorRequest.Method] = ["HEAD": .head, "POST": .post]
    method = asked.count > 1 ? methods[asked[0]] ?? .other : .get
    target = asked.last ?? ""
    address = columns[2]
    agent = columns[3]
    headers = GoldenRequest.list(columns[4])
    expected = try GoldenOutcome(
      columns[5].dropFirst(2).trimmed, trace: GoldenRequest.list(columns[6]),
      kept: columns.count == 8 ? columns[7] : "", number: number)
  }

  private static func list(_ text: String) -> [String] {
    text.isEmpty ? [] : text.split(separator: " ; ").map { $0.trimmed }
  }
}

/// What a golden file says of a request's end.
struct GoldenOutcome {
  /// `ok`, `blocked`, `capped`, `uncounted(head)`, `lost(paused)`.
  let end: String
  let status: Int
  let destination: String?
  /// What the page says, and what it must not.
  let says: [String]
  let lacks: [String]
  let trace: [String]
  private(set) var kept: [(name: String, value: String)] = []

  init(_ text: String, trace: [String], kept: String, number: Int) throws {
    let (saying, lack) = GoldenOutcome.cut(text, at: " lacks ")
    let (answer, say) = GoldenOutcome.cut(saying, at: " says ")
    (says, lacks) = (say.split(separator: " & ").map(String.init), lack.split(separator: " & ").map(String.init))
    let words = answer.split(separator: " ").map(String.init)
    guard words.count == 2 || words.count == 3, let status = Int(words[1]) else {
      throw GoldenFault(number, "“\(text)” is no outcome")
    }
    end = words[0]
    self.status = status
    destination = words.count == 3 ? words[2] : nil
    self.trace = trace
    for entry in kept.split(separator: ", ") {
      let name = entry.prefix { $0 != "=" }
      guard name.count < entry.count else { throw GoldenFault(number, "“\(entry)” keeps nothing") }
      self.kept.append((String(name), String(entry.dropFirst(name.count + 1))))
    }
  }

  private static func cut(_ text: String, at mark: String) -> (before: String, after: String) {
    let parts = text.split(separator: mark, maxSplits: 1).map(String.init)
    return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
  }
}
