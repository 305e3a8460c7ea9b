/// Comparison whose time depends on the lengths only, never on where the first difference is.
public enum ConstantTime {
  public static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) { difference |= a ^ b }
    return difference == 0
  }

  public static func equal(_ left: String, _ right: String) -> Bool { equal(left.utf8, right.utf8) }
}
