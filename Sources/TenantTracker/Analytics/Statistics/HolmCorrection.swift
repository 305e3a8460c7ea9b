/// Holm's step-down correction: several comparisons, one chance of 5 % that any of them is wrong (Holm 1979).
public enum HolmCorrection {
  /// The corrected p-values, in the order given: compare each with 0.05.
  public static func adjusted(_ values: [Double]) -> [Double] {
    var adjusted = values
    var largest = 0.0
    for (place, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
      largest = max(largest, min(1, Double(values.count - place) * values[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
