package app_test

const childEnv = "SENTRAL_TEST_CHILD"

func runChild() {}
