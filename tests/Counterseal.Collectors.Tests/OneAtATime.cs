// The kit measures the memory of the process; what another test holds at that moment would be taken for a collector's.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
