/// What is said about one page: what it is for, what surprises people there, and where to go on.
struct HelpTopic: Sendable {
  /// Another page of the same menu, and what for.
  struct Way: Sendable {
    let path: String
    let reason: String

    init(_ path: String, _ reason: String) {
      self.path = path
      self.reason = reason
    }
  }

  /// The section's anchor.
  let id: String
  /// The page's own title in the menu.
  let title: String
  let path: String
  let purpose: String
  let surprises: [String]
  let ways: [Way]

  /// Of webhooks, whoever's they are.
  static let webhookSurprises = [
    "The secret is shown once. After a new one was made, both sign for 24 hours.",
    """
    What is not answered with 2xx is tried again for about three days. Then the delivery is dead until you send it \
    again.
    """,
    "The same event may come twice, with the same webhook-id. Addresses in private networks are refused.",
  ]
}
