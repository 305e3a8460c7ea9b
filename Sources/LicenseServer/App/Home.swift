import Foundation

/// Where the program's own files are: `migrations/` and `assets/`. TRACKILY_HOME, else the nearest folder above the
/// executable that holds `migrations/`.
struct Home: Sendable {
  let path: String

  /// Nil when there is no such folder.
  init?(environment: [String: String]) {
    if let given = environment["TRACKILY_HOME"], Self.isHome(given) {
      path = given
      return
    }
    let executable = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments.first ?? "/")
    var folder = executable.resolvingSymlinksInPath()
    while folder.path != "/" {
      folder = folder.deletingLastPathComponent()
      if Self.isHome(folder.path) {
        path = folder.path
        return
      }
    }
    return nil
  }

  var migrations: String { "\(path)/migrations" }

  /// Our own files, then the fetched libraries'.
  var assets: [String] { ["\(path)/assets", "\(path)/.tools/assets"] }

  private static func isHome(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/migrations/license")
  }
}
