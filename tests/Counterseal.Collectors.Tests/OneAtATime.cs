// The kit measures the memory of the process; what another test holds at that moment would be taken for a collector's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
