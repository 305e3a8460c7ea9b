/// What is said about one page: what it is for, its words, and how to do the first thing there.
struct HelpTopic: Sendable {
  struct Word: Sendable {
    let term: String
    let meaning: String

    init(_ term: String, _ meaning: String) {
      self.term = term
      self.meaning = meaning
    }
  }

  struct Group: Sendable {
    let title: String
    let topics: [HelpTopic]
  }

  /// The section's anchor.
  let id: String
  /// The page's own title.
  let title: String
  let path: String
  let purpose: String
  var words: [Word] = []
  var steps: [String] = []

  var address: String { "\(HelpPages.path)#\(id)" }

  /// In the menu's order.
  static let groups: [Group] = [
    Group(title: "Performance", topics: performance), Group(title: "Traffic", topics: traffic),
    Group(title: "E-commerce", topics: commerce), Group(title: "Integrations", topics: integrations),
    Group(title: "Account", topics: account),
  ]

  private static let byID = Dictionary(
    groups.flatMap(\.topics).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  private static let byPath = Dictionary(
    groups.flatMap(\.topics).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })

  static func named(_ id: String) -> HelpTopic? { byID[id] }

  /// What is said about the page of the menu at this path.
  static func about(_ path: String) -> HelpTopic? { byPath[path] }
}
