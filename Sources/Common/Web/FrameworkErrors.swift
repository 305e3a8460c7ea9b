import Core
import Hummingbird
import NIOCore

/// The errors that Hummingbird and NIO throw, in our words.
enum FrameworkErrors {
  static func problem(for error: any Error) -> Problem? {
    switch error {
    case let error as HTTPError: problem(status: error.status.code)
    case is CancellationError: .unavailable("The server is stopping.", retryAfter: 1)
    case is NIOTooManyBytesError: Problem(status: 413, code: "payload_too_large", title: "Too large")
    default: nil
    }
  }

  private static func problem(status: Int) -> Problem? {
    switch status {
    case 400: .badRequest("The request is malformed.")
    case 401: .unauthorized()
    case 404: .notFound("path")
    case 413: Problem(status: 413, code: "payload_too_large", title: "Too large")
    case 415: .unsupportedMediaType()
    default: nil
    }
  }
}
