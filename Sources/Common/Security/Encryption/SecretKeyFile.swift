public import Core

/// The file that keeps a generated `SECRET_KEY` beside the data it protects, readable by its owner only.
public struct SecretKeyFile: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The key in the file; when there is none, a new one is written first (mode 0600). Blocks: for start-up.
  public func loadOrCreate() throws(PrivateFile.Fault) -> SecretKey {
    _ = try PrivateFile.create(path, Array("\(SecretKey.generateText())\n".utf8))
    guard let key = SecretKey(String(decoding: try PrivateFile.read(path), as: UTF8.self)) else {
      throw .failed(path: path, reason: "holds no key of 32 characters or more")
    }
    return key
  }
}
