# lab 7A is still blank: words in place of the question marks, and more where they are needed
plant   kind=? mem=?
front   kind=? mem=?
