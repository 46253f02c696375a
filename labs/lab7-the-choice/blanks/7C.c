# lab 7C is still blank: words in place of the question marks, and more where they are needed
red     kind=? mem=?
blue    kind=? mem=?
