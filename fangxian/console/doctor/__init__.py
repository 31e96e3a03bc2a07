"""What `fangxian doctor` looks at, and what it advises."""
