public import Core

/// Who owns licences and gets the invoices.
public struct Customer: Hashable, Sendable, Identifiable {
  public let id: Int64
  public let email: EmailAddress
  public let name: String
  public let createdAt: Timestamp
}
