public import Logging

extension Logger {
  /// Says nothing.
  public static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
