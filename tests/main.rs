//! Black box tests, through the program.
