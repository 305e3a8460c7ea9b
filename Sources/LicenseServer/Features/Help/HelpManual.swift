/// The help of one audience: a topic for each page of its menu, in the menu's order.
struct HelpManual: Sendable {
  /// Of the page that has all of it.
  let path: String
  let topics: [HelpTopic]

  static let staff = HelpManual(path: "/admin/help", topics: HelpTopic.staff)
  static let portal = HelpManual(path: "/portal/help", topics: HelpTopic.portal)
  static let reseller = HelpManual(path: "/reseller/help", topics: HelpTopic.reseller)

  /// What is said about the page of the menu at this path.
  func topic(about path: String) -> HelpTopic? { topics.first { $0.path == path } }

  func address(of topic: HelpTopic) -> String { "\(path)#\(topic.id)" }
}
