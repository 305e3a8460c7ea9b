/// Why a hit cannot even be looked up. Answered with 400; the hit stays in the log.
public enum PostbackFault: Error, Sendable, Hashable {
  /// No parameter that could hold a click id has a value.
  case noClickID
  /// The parameter, named as it was sent, has a value that cannot be used.
  case badParameter(name: String, reason: String)
  /// The body is not what its content type says.
  case badBody(reason: String)

  public var explanation: String {
    switch self {
    case .noClickID: "No click id: send one of \(PostbackRole.clickID.names.joined(separator: ", "))."
    case .badParameter(let name, let reason): "\(name): \(reason)."
    case .badBody(let reason): "The body cannot be read: \(reason)."
    }
  }
}
